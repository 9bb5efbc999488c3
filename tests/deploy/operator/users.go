// SPDX-License-Identifier: Apache-2.0

package users

import (
	"github.com/twmb/franz-go/pkg/kadm"

	redpandav1alpha2 "github.com/redpanda-data/redpanda-operator/operator/api/redpanda/v1alpha2"
)

// HasCredential is whether the operator leaves the credential of a user alone whom the broker knows by this mechanism.
func HasCredential(user *redpandav1alpha2.User, mechanism string) (bool, error) {
	known := map[string]kadm.ScramMechanism{"SCRAM-SHA-256": kadm.ScramSha256, "SCRAM-SHA-512": kadm.ScramSha512}
	state, err := credentialState(true, []kadm.ScramMechanism{known[mechanism]}, user)
	return state.HasRequestedMechanism, err
}
