/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: bursts CPU SECONDS
 *
 * Takes that CPU for 1 to 5 ms at random moments, by a thread of real-time priority, and prints
 * when each burst began and ended: two numbers a line, ns of CLOCK_MONOTONIC_RAW. A line in
 * descriptor 3 says that it is about to begin.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ms = 1000000 };

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return (uint64_t)time.tv_sec * 1000 * ms + (uint64_t)time.tv_nsec;
}

static uint64_t between(uint64_t least, uint64_t most)
{
	return least + (uint64_t)rand() % (most - least);
}

int main(int argc, char **argv)
{
	struct sched_param priority = {.sched_priority = 50};
	cpu_set_t set;
	uint64_t end;

	if (argc != 3)
		return 2;
	CPU_ZERO(&set);
	CPU_SET(strtoul(argv[1], NULL, 10), &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0 ||
	    sched_setscheduler(0, SCHED_FIFO, &priority) < 0)
		return 1;
	dprintf(3, "begun\n");
	close(3);
	end = now() + strtoull(argv[2], NULL, 10) * 1000 * ms;
	while (now() < end) {
		struct timespec pause = {.tv_nsec = (long)between(20 * ms, 40 * ms)};
		uint64_t begin, length = between(1 * ms, 5 * ms);

		nanosleep(&pause, NULL);
		begin = now();
		while (now() - begin < length)
			;
		printf("%llu %llu\n", (unsigned long long)begin, (unsigned long long)now());
	}
	return 0;
}
