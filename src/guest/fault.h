/* Points where a test may kill the process or fill the disk. Nothing but in the program that
 * tests/fault builds with -DDISKMEND_FAULTS. */
#ifndef DISKMEND_GUEST_FAULT_H
#define DISKMEND_GUEST_FAULT_H

#ifdef DISKMEND_FAULTS
/* tests/fault/fault.c: counts the points passed and strikes at the one asked for. */
void fault_point(const char *name);
#define FAULT_POINT(name) fault_point(name)
#else
#define FAULT_POINT(name) ((void)0)
#endif

#endif
