// SPDX-License-Identifier: Apache-2.0

package acls

import (
	"github.com/twmb/franz-go/pkg/kmsg"

	redpandav1alpha2 "github.com/redpanda-data/redpanda-operator/operator/api/redpanda/v1alpha2"
)

// WouldChange is how many rights the operator would create and delete for a user who holds those that it created.
func WouldChange(user *redpandav1alpha2.User) (created, deleted int) {
	rules, _ := redpandav1alpha2.PartitionACLs(user.GetACLs())
	first, _ := calculateACLs(user.GetPrincipal(), rules, nil)
	var held []kmsg.DescribeACLsResponseResource
	for _, right := range first {
		resource := kmsg.NewDescribeACLsResponseResource()
		resource.ResourceType, resource.ResourceName, resource.ResourcePatternType = right.ResourceType, right.ResourceName, right.ResourcePatternType
		one := kmsg.NewDescribeACLsResponseResourceACL()
		one.Principal, one.Host, one.Operation, one.PermissionType = right.Principal, right.Host, right.Operation, right.PermissionType
		resource.ACLs = append(resource.ACLs, one)
		held = append(held, resource)
	}
	again, gone := calculateACLs(user.GetPrincipal(), rules, held)
	return len(again), len(gone)
}
