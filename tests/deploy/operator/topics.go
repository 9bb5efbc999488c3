// SPDX-License-Identifier: Apache-2.0

package redpanda

import (
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	redpandav1alpha2 "github.com/redpanda-data/redpanda-operator/operator/api/redpanda/v1alpha2"
)

// Of the file with the reconciler of clusters, which is left out.
const (
	FinalizerKey   = "operator.redpanda.com/finalizer"
	revisionPath   = "/revision"
	requeueTimeout = 10 * time.Second
)

// WouldChange is what the operator would set and delete of a topic that is described like this.
func WouldChange(topic *redpandav1alpha2.Topic, described map[string]string) map[string]any {
	var configs []kmsg.DescribeConfigsResponseResourceConfig
	for name, value := range described {
		config := kmsg.NewDescribeConfigsResponseResourceConfig()
		config.Name, config.Value, config.Source = name, kmsg.StringPtr(value), kmsg.ConfigSourceDynamicTopicConfig
		configs = append(configs, config)
	}
	copies := int16(*topic.Spec.ReplicationFactor)
	set, first, deleted := generateConf(configs, topic.Spec.AdditionalConfig, copies, copies)
	for name, value := range first {
		set[name] = value
	}
	return map[string]any{"set": set, "deleted": deleted}
}

// ForgottenErrors names the answers to a deletion after which the operator takes its finalizer away, and the resource
// is gone while the topic is not. NOTHING is an answer that does not speak of the topic.
func ForgottenErrors() []string {
	names := []string{}
	forgets := func(err error) bool {
		return ignoreAllConnectionErrors(logr.Discard(), fmt.Errorf("unable to delete topic: %w", err)) == nil
	}
	for code := int16(1); code < 120; code++ {
		if err, known := kerr.ErrorForCode(code).(*kerr.Error); known && forgets(err) {
			names = append(names, err.Message)
		}
	}
	if forgets(ErrEmptyTopicConfigDescription) {
		names = append(names, "NOTHING")
	}
	return names
}
