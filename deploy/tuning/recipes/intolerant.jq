# Of `kubectl get pods,statefulsets -A -o json` the brokers, and what makes them, that lack a toleration (operator Exists) of
# a taint of startup-taint.yaml or readiness-rule.yaml. A broker is what has a container "redpanda".
.items[]
| (.spec.template.spec // .spec) as $pod
| select(any($pod.containers[]; .name == "redpanda"))
| ("feature.node.kubernetes.io/thintune", "readiness.k8s.io/thintune") as $taint
| select(any($pod.tolerations[]?; .operator == "Exists" and ((.key // "") | IN("", $taint))
    and ((.effect // "") | IN("", "NoSchedule"))) | not)
| "\(.kind) \(.metadata.namespace)/\(.metadata.name): \($taint)"
