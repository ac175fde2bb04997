/* The first packet of a new connection, and what a saved rule can ask of it: addresses, ports,
 * interfaces. For the firewall files of login/ only. */
#ifndef DISKMEND_LOGIN_FIREWALL_PACKET_H
#define DISKMEND_LOGIN_FIREWALL_PACKET_H

#include "facts/record.h"

struct firewall_address {
    bool six;
    uint8_t bytes[16];
};

/* From FROM to the port on an interface that leads outside, first of its connection. */
struct firewall_packet {
    struct firewall_address from;
    const char *text; /* the address as text */
    int port;
};

/* "10.0.0.0/8" "10.0.0.0/255.0.0.0" "10.0.0.1-10.0.0.9" "10.0.0.1": first and last address. False:
 * it is none (a name). */
bool firewall_address_range(struct arena *a, const char *text, struct firewall_address *first,
                            struct firewall_address *last);
const char *firewall_address_text(struct arena *a, const struct firewall_address *address);
/* Three-valued: TRUTH_UNKNOWN where TEXT is a name that only a network could look up. */
enum truth firewall_address_fits(struct arena *a, const struct firewall_packet *p,
                                 const char *text);
/* A destination: which addresses the guest has the disk does not tell. */
enum truth firewall_destination_fits(struct arena *a, const struct firewall_packet *p,
                                     const char *text);
/* "22" "ssh" "22-25" "22:25". */
enum truth firewall_port_fits(const char *text, int port);
/* The client's port: any above 1023. */
enum truth firewall_source_port_fits(const char *text);
/* Does the interface the packet came by have this name? `*` or `+` at its end: any with that
 * beginning. */
enum truth firewall_interface_fits(const char *text);
enum truth truth_not(enum truth t);
enum truth truth_and(enum truth a, enum truth b);
enum truth truth_or(enum truth a, enum truth b);

#endif
