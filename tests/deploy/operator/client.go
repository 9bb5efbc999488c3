// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kgo"

	redpandav1alpha2 "github.com/redpanda-data/redpanda-operator/operator/api/redpanda/v1alpha2"
	"github.com/redpanda-data/redpanda-operator/pkg/multicluster"
	"github.com/redpanda-data/redpanda-operator/pkg/secrets"
)

// ClientFactory has what the reconciler of topics asks of the real one, which needs code that no proxy has.
type ClientFactory interface {
	KafkaClientForCluster(ctx context.Context, object redpandav1alpha2.ClusterReferencingObject, clusterName string) (*kgo.Client, error)
}

// NewFactory makes none: nothing is asked of a broker.
func NewFactory(multicluster.Manager, *secrets.CloudExpander) ClientFactory { return nil }

// The errors of the real factory.
var (
	ErrInvalidClusterRef           = errors.New("no such cluster")
	ErrEmptyBrokerList             = errors.New("no brokers")
	ErrEmptyURLList                = errors.New("no addresses")
	ErrInvalidKafkaClientObject    = errors.New("not for Kafka")
	ErrInvalidRedpandaClientObject = errors.New("not for the administration")
	ErrUnsupportedSASLMechanism    = errors.New("mechanism")
)
