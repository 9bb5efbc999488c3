/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Switches off the resolver in the static binary, by the linker's --wrap. libnuma can find the NUMA
 * node of a host name ("ip:HOST"), for which the C library would map the node's name services, of
 * any version, into this process. Nothing here uses that, so no name resolves.
 */
#include <netdb.h>
#include <stddef.h>

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret);
void __wrap_freeaddrinfo(struct addrinfo *list);

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
