/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Switches off hwloc's plugin loader in the static binary, by the linker's --wrap. A plugin would
 * map the node's libc, of any version, into this process.
 */
#include <stddef.h>

void *__wrap_dlopen(const char *file, int mode);
void *__wrap_dlsym(void *handle, const char *name);
int __wrap_dlclose(void *handle);
const char *__wrap_dlerror(void);

void *__wrap_dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	return NULL;
}

void *__wrap_dlsym(void *handle, const char *name)
{
	(void)handle;
	(void)name;
	return NULL;
}

int __wrap_dlclose(void *handle)
{
	(void)handle;
	return -1;
}

const char *__wrap_dlerror(void)
{
	return "plugins are switched off";
}
