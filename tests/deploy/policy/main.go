// SPDX-License-Identifier: Apache-2.0

// What Kubernetes' own admission plugin says of requests, by the policies and bindings that it is given.
// Reads {"objects": [...], "requests": [{"operation": ..., "object": ..., "old": ...}]} and prints a list of
// {"denied": ..., "warnings": [...], "audit": {...}}, one a request. Objects are policies, bindings and namespaces.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	v1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/warning"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"
)

type request struct {
	Operation   admission.Operation
	Object, Old json.RawMessage
}

type answer struct {
	Denied   string            `json:"denied"`
	Warnings []string          `json:"warnings"`
	Audit    map[string]string `json:"audit"`
}

func (a *answer) AddWarning(_, text string) { a.Warnings = append(a.Warnings, text) }

// Keeps what would go into the audit log.
type audited struct {
	admission.Attributes
	notes map[string]string
}

func (a audited) AddAnnotation(key, value string) error {
	a.notes[key] = value
	return nil
}

func decode(text json.RawMessage) (runtime.Object, error) {
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	object, _, err := scheme.Codecs.UniversalDeserializer().Decode(text, nil, nil)
	return object, err
}

// What the API server fills in when it stores a policy or a binding, as far as the plugin counts on it.
func fillIn(object runtime.Object) {
	switch one := object.(type) {
	case *v1.ValidatingAdmissionPolicy:
		if one.Spec.MatchConstraints != nil {
			matchAll(one.Spec.MatchConstraints)
		}
	case *v1.ValidatingAdmissionPolicyBinding:
		if one.Spec.MatchResources != nil {
			matchAll(one.Spec.MatchResources)
		}
	}
}

func matchAll(resources *v1.MatchResources) {
	if resources.MatchPolicy == nil {
		resources.MatchPolicy = ptr.To(v1.Equivalent)
	}
	if resources.NamespaceSelector == nil {
		resources.NamespaceSelector = &metav1.LabelSelector{}
	}
	if resources.ObjectSelector == nil {
		resources.ObjectSelector = &metav1.LabelSelector{}
	}
}

// Started with all objects there, so that what it waits for is the first look alone.
func start(texts []json.RawMessage, stop <-chan struct{}) (*validating.Plugin, error) {
	var objects []runtime.Object
	for _, text := range texts {
		object, err := decode(text)
		if err != nil {
			return nil, err
		}
		fillIn(object)
		objects = append(objects, object)
	}
	client := fake.NewSimpleClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	plugin := validating.NewPlugin(nil)
	plugin.SetExternalKubeClientSet(client)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetRESTMapper(meta.NewDefaultRESTMapper(nil))
	plugin.SetDynamicClient(dynamicfake.NewSimpleDynamicClient(scheme.Scheme))
	plugin.SetAuthorizer(authorizerfactory.NewAlwaysAllowAuthorizer())
	plugin.SetDrainedNotification(stop)
	if err := plugin.ValidateInitialization(); err != nil {
		return nil, err
	}
	factory.Start(stop)
	return plugin, nil
}

func ask(plugin *validating.Plugin, one request) (*answer, error) {
	object, err := decode(one.Object)
	if err != nil {
		return nil, err
	}
	old, err := decode(one.Old)
	if err != nil {
		return nil, err
	}
	about, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	kind := object.GetObjectKind().GroupVersionKind()
	resource, _ := meta.UnsafeGuessKindToResource(kind)
	said := &answer{Warnings: []string{}, Audit: map[string]string{}}
	attributes := audited{admission.NewAttributesRecord(object, old, kind, about.GetNamespace(), about.GetName(), resource, "",
		one.Operation, nil, false, &user.DefaultInfo{Name: "somebody"}), said.Audit}
	ctx := warning.WithWarningRecorder(context.Background(), said)
	if err := plugin.Validate(ctx, attributes, admission.NewObjectInterfacesFromScheme(scheme.Scheme)); err != nil {
		said.Denied = strings.TrimSpace(err.Error())
	}
	return said, nil
}

func run() error {
	var input struct {
		Objects  []json.RawMessage
		Requests []request
	}
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		return err
	}
	stop := make(chan struct{})
	defer close(stop)
	plugin, err := start(input.Objects, stop)
	if err != nil {
		return err
	}
	answers := []*answer{}
	for _, one := range input.Requests {
		said, err := ask(plugin, one)
		if err != nil {
			return err
		}
		answers = append(answers, said)
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
