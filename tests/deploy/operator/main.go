// SPDX-License-Identifier: Apache-2.0

// What the operator's own code makes of our resources: `render CLUSTER` prints what its multicluster mode renders in one
// Kubernetes cluster, `compare` what it would change at its next look. Built into the operator's tree by `build`.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	redpandav1alpha2 "github.com/redpanda-data/redpanda-operator/operator/api/redpanda/v1alpha2"
	"github.com/redpanda-data/redpanda-operator/operator/internal/controller/redpanda"
	"github.com/redpanda-data/redpanda-operator/operator/multicluster"
	"github.com/redpanda-data/redpanda-operator/operator/pkg/client/acls"
	"github.com/redpanda-data/redpanda-operator/operator/pkg/client/users"
	"sigs.k8s.io/yaml"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The documents of the standard input.
func documents() map[string][]string {
	data, err := io.ReadAll(os.Stdin)
	check(err)
	byKind := map[string][]string{}
	for _, text := range strings.Split(string(data), "\n---\n") {
		var meta struct{ Kind string }
		check(yaml.Unmarshal([]byte(text), &meta))
		byKind[meta.Kind] = append(byKind[meta.Kind], text)
	}
	return byKind
}

func read[T any](texts []string) (all []*T) {
	for _, text := range texts {
		one := new(T)
		check(yaml.UnmarshalStrict([]byte(text), one))
		all = append(all, one)
	}
	return all
}

// The brokers' pods as if all ran; where, says the name of their pool.
func endpoints(cluster string, pools []*redpandav1alpha2.RedpandaBrokerPool) (all []multicluster.PodEndpoint) {
	for _, pool := range pools {
		for i := int32(0); i < pool.GetReplicas(); i++ {
			all = append(all, multicluster.PodEndpoint{
				Name: fmt.Sprintf("%s-%s-%d", cluster, pool.Name, i), IP: fmt.Sprintf("192.0.2.%d", len(all)+1),
				Cluster: strings.TrimPrefix(pool.Name, "brokers-"), Ready: true,
			})
		}
	}
	return all
}

func render(here string) {
	given := documents()
	cluster := read[redpandav1alpha2.StretchCluster](given["StretchCluster"])[0]
	pools := read[redpandav1alpha2.RedpandaBrokerPool](given["RedpandaBrokerPool"])
	var local []*redpandav1alpha2.RedpandaBrokerPool
	for _, pool := range pools {
		if pool.Name == "brokers-"+here {
			local = append(local, pool)
		}
	}
	state, err := multicluster.NewRenderState(nil, cluster, local, pools, here)
	check(err)
	state.WithPodEndpoints(endpoints(cluster.Name, pools))
	resources, err := multicluster.RenderResources(state)
	check(err)
	sets, err := multicluster.RenderBrokerPools(state)
	check(err)
	for _, resource := range resources {
		show(resource)
	}
	for _, set := range sets {
		show(set)
	}
}

func show(resource any) {
	text, err := yaml.Marshal(resource)
	check(err)
	fmt.Printf("---\n%s", text)
}

// compare reads our topics and users, and a document `described`: what the broker says of them.
func compare() {
	given := documents()
	var described struct {
		Topics map[string]map[string]string
		Users  map[string]string
	}
	check(yaml.Unmarshal([]byte(given[""][0]), &described))
	answer := map[string]any{}
	for _, topic := range read[redpandav1alpha2.Topic](given["Topic"]) {
		answer["Topic "+topic.Name] = redpanda.WouldChange(topic, described.Topics[topic.Name])
	}
	for _, user := range read[redpandav1alpha2.User](given["User"]) {
		credential, err := users.HasCredential(user, described.Users[user.Name])
		check(err)
		created, deleted := acls.WouldChange(user)
		answer["User "+user.Name] = map[string]any{"credential": credential, "created": created, "deleted": deleted}
	}
	answer["forgets"] = redpanda.ForgottenErrors()
	check(json.NewEncoder(os.Stdout).Encode(answer))
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "render" {
		render(os.Args[2])
	} else {
		compare()
	}
}
