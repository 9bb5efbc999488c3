/* SPDX-License-Identifier: Apache-2.0 */
/* A probe that answers what the test wants, and notes what it was asked. */
#include "fake_probe.h"

#include <stdio.h>

#include "base/text.h"
#include "flow/probe_step.h"

struct fake_probe fake_probe;
static uint64_t throttles_now;

int probe_check(const struct probe_request *request, struct err *err)
{
	(void)request;
	(void)err;
	return 0;
}

static void add_rates(struct probe_result *result)
{
	static const struct probe_job jobs[] = {
	    {.name = "randread-4k-qd32", .block_bytes = 4096, .iops_quartile = 2000},
	    {.name = "randwrite-4k-qd32", .block_bytes = 4096, .iops_quartile = 1000},
	    {.name = "read-128k-qd8", .block_bytes = 131072, .iops_quartile = 400},
	    {.name = "write-128k-qd8", .block_bytes = 131072, .iops_quartile = 200},
	};

	for (unsigned i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		struct probe_job *job = &result->jobs[result->job_count++];

		*job = jobs[i];
		job->state = JOB_DONE;
		job->iops = job->iops_quartile;
		job->bandwidth = job->iops * job->block_bytes;
	}
}

static void add_distance(struct probe_distances *distances)
{
	double *values = distances->values[0][0];

	*distances = (struct probe_distances){
	    .is_wanted = true, .node = 1, .far_node = 0, .block_count = DISTANCE_BLOCKS};
	for (unsigned i = 0; i < DISTANCE_BLOCKS * DISTANCE_PHASES * DISTANCE_FIGURES; i++)
		values[i] = 1000;
}

int probe_run(struct arena *arena, const struct probe_request *request, struct probe_result *ret,
	      struct err *err)
{
	struct probe_job *job = &ret->jobs[0];

	(void)arena;
	(void)err;
	fake_probe.runs++;
	fake_probe.measurements += !request->proof_only;
	fake_probe.request = *request;
	*ret = (struct probe_result){.finished = !fake_probe.is_cut,
				     .error = fake_probe.error,
				     .direct = {.proof = PROOF_PROVEN,
						.sentence = "an odd buffer is refused",
						.nowait_write = fake_probe.nowait_write,
						.nowait_append = fake_probe.nowait_append},
				     .has_data = fake_probe.has_data,
				     .quota_known = !fake_probe.quota_unknown,
				     .job_count =
					 request->proof_only || fake_probe.has_no_jobs ? 0 : 1};
	if (fake_probe.error)
		(void)snprintf(ret->failure, sizeof(ret->failure), "the failure of the probe");
	if (fake_probe.invalid)
		(void)snprintf(ret->invalid, sizeof(ret->invalid), "%s", fake_probe.invalid);
	(void)snprintf(job->name, sizeof(job->name), "append-4k");
	(void)snprintf(job->remark, sizeof(job->remark), "%s", text_or(fake_probe.remark, ""));
	job->state = JOB_DONE;
	job->burst = fake_probe.burst;
	job->block_bytes = 4096;
	job->depth = 1;
	job->latency = job->sync = (struct latency){.count = 1000,
						    .p50 = fake_probe.p99,
						    .p90 = fake_probe.p99,
						    .p99 = fake_probe.p99,
						    .p99_9 = fake_probe.p99,
						    .max = fake_probe.p99};
	if (fake_probe.has_rates && !request->proof_only)
		add_rates(ret);
	throttles_now = fake_probe.throttles_between;
	if (request->jobs_end && request->envelope)
		request->jobs_end(request->context);
	throttles_now = fake_probe.throttles;
	if (request->envelope) {
		ret->limit_ns = request->limit_ns;
		ret->load_count = 2;
		ret->loads[0] = (struct envelope_load){.name = "randread-4k",
						       .state = JOB_DONE,
						       .share = 0.999,
						       .peak = 2000,
						       .knee = 1580};
		ret->loads[1] = (struct envelope_load){.name = "half-and-half",
						       .state = JOB_DONE,
						       .share = 0.99,
						       .remark = "not even 5 a second hold"};
		ret->loads[1].error = fake_probe.load_error;
		if (fake_probe.load_error) {
			ret->error = fake_probe.load_error;
			ret->loads[1].state = JOB_FAILED;
		}
	}
	if (fake_probe.has_distance)
		add_distance(&ret->distances);
	if (fake_probe.distance_error)
		ret->error = ret->distances.error = fake_probe.distance_error;
	return 0;
}

const char *live_dir_filesystem_id(struct arena *arena, const struct live_data_dir *dir)
{
	(void)arena;
	(void)dir;
	return fake_probe.filesystem;
}

enum tri live_dir_in_use(struct arena *arena, const struct live_data_dir *dir)
{
	(void)arena;
	(void)dir;
	return TRI_NO;
}

int facts_health_again(struct root *root, struct arena *scratch, const struct nvme_health *before,
		       struct nvme_smart *ret)
{
	(void)root;
	(void)scratch;
	*ret = before->smart;
	ret->throttles = throttles_now;
	return 0;
}
