/* SPDX-License-Identifier: Apache-2.0 */
/* Which build runs: the note of the linker in memory, and the file that was started. */
#include "sys/self.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include "base/sha256.h"
#include "base/str.h"
#include "sys/fd.h"

/* The linker's name for the first byte of the program in memory, which is its ELF header. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

enum { note_align = 4 };

static size_t padded(size_t size)
{
	return (size + note_align - 1) / note_align * note_align;
}

static const char *hexadecimal(struct arena *arena, const unsigned char *bytes, size_t count)
{
	struct str text = str_new(arena);

	for (size_t i = 0; i < count; i++)
		str_printf(&text, "%02x", bytes[i]);
	return text.text;
}

/* The notes of one segment. */
static const char *find_id(struct arena *arena, const char *at, size_t size)
{
	const char *end = at + size;

	while ((size_t)(end - at) >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const void *)at;
		const char *name = at + sizeof(*note);
		const char *content = name + padded(note->n_namesz);

		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof("GNU") &&
		    memcmp(name, "GNU", sizeof("GNU")) == 0)
			return hexadecimal(arena, (const unsigned char *)content, note->n_descsz);
		at = content + padded(note->n_descsz);
	}
	return NULL;
}

static ElfW(Phdr) header_at(const ElfW(Ehdr) * elf, size_t index)
{
	ElfW(Phdr) header;

	memcpy(&header, __ehdr_start + elf->e_phoff + index * sizeof(header), sizeof(header));
	return header;
}

const char *self_build_id(struct arena *arena)
{
	/* Of the first byte, as the linker counted. */
	size_t first = 0;
	ElfW(Ehdr) elf;

	memcpy(&elf, __ehdr_start, sizeof(elf));
	for (size_t i = 0; i < elf.e_phnum; i++) {
		ElfW(Phdr) header = header_at(&elf, i);

		if (header.p_type == PT_LOAD && header.p_offset == 0)
			first = header.p_vaddr;
	}
	for (size_t i = 0; i < elf.e_phnum; i++) {
		ElfW(Phdr) header = header_at(&elf, i);
		const char *id;

		if (header.p_type != PT_NOTE)
			continue;
		id = find_id(arena, __ehdr_start + (header.p_vaddr - first), header.p_memsz);
		if (id)
			return id;
	}
	return NULL;
}

const char *self_sha256(struct arena *arena)
{
	_cleanup_fd_ int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	enum { piece = 64 * 1024 };
	char *buffer;
	struct sha256 hash;
	ssize_t got;

	if (fd < 0)
		return NULL;
	buffer = arena_alloc(arena, piece);
	sha256_start(&hash);
	while ((got = read(fd, buffer, piece)) != 0) {
		if (got < 0 && errno != EINTR)
			return NULL;
		if (got > 0)
			sha256_add(&hash, buffer, (size_t)got);
	}
	return sha256_hex(&hash, arena);
}
