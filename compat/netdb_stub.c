/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Switches off the look-up of names in the static binary, by the linker's --wrap: the C library
 * would map the node's name services, of any version, into this process. libnuma can find the NUMA
 * node of a host name ("ip:HOST"), and libevent the address, port and protocol of one. Nothing here
 * uses that: addresses are numbers, no DNS server is ever asked, and no name resolves.
 */
#include <netdb.h>
#include <stddef.h>

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret);
void __wrap_freeaddrinfo(struct addrinfo *list);
struct servent *__wrap_getservbyname(const char *name, const char *protocol);
struct protoent *__wrap_getprotobynumber(int number);

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret)
{
	(void)host;
	(void)service;
	(void)hints;
	(void)ret;
	return EAI_FAIL;
}

void __wrap_freeaddrinfo(struct addrinfo *list)
{
	(void)list;
}

struct servent *__wrap_getservbyname(const char *name, const char *protocol)
{
	(void)name;
	(void)protocol;
	return NULL;
}

struct protoent *__wrap_getprotobynumber(int number)
{
	(void)number;
	return NULL;
}
