/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the static binary only, by the linker's --wrap: libnuma's archive can find the node of a
 * host's name ("ip:HOST"), for which the C library would map the node's own name services, of
 * whatever version, into this process. Nobody here asks for a node that way; here no name is known.
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
