# What pint may not say of deploy/monitoring/rules, each with the reason.

# The rules are inside Kubernetes resources.
parser {
  relaxed = [".*"]
}

# Where no target is left the label is empty, and the summary then says "every node" or "every pod".
rule {
  match {
    name = "NodeExporterDown|RedpandaOperatorDown"
  }
  disable = ["alerts/template"]
}

# Averages over days are made every two minutes only, in a group of their own; that they are two minutes late is nothing.
rule {
  match {
    name = "ledger:(produce|consume)_errors:ratio_avg(1|3|30)d"
  }
  disable = ["rule/dependency"]
}
