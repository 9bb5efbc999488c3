// SPDX-License-Identifier: Apache-2.0

package lifecycle

import "sigs.k8s.io/controller-runtime/pkg/client"

// DefaultFieldOwner is what the reconcilers of resources ask of the real package, which needs code that no proxy has.
const DefaultFieldOwner client.FieldOwner = "cluster.redpanda.com/operator"
