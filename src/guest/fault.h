/* Points where a test may kill the process or make a call fail. Nothing but in the program that
 * tests/fault builds with -DDISKMEND_FAULTS. */
#ifndef DISKMEND_GUEST_FAULT_H
#define DISKMEND_GUEST_FAULT_H

#ifdef DISKMEND_FAULTS
/* tests/fault/fault.c: counts the points passed and strikes at the one asked for: the process dies,
 * or (where a call can fail) the answer is -1 with errno. */
void fault_point(const char *name);
int fault_fails(const char *name);
#define FAULT_POINT(name) fault_point(name)
#define FAULT_FAILS(name) (fault_fails(name) != 0)
#else
#define FAULT_POINT(name) ((void)0)
#define FAULT_FAILS(name) 0
#endif

#endif
