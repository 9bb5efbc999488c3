# SPDX-License-Identifier: Apache-2.0
"""What kubectl makes of every kustomization below deploy/, and what must hold of it."""
import shutil
import subprocess

import invariants
import manifests


def _kubectl():
    """kubectl that renders as today's do (1.21 and later), or None."""
    kubectl = shutil.which("kubectl")
    if not kubectl:
        return None
    shown = subprocess.run([kubectl, "kustomize", "--help"], capture_output=True, text=True, check=False)
    return kubectl if "--load-restrictor" in shown.stdout else None


KUBECTL = _kubectl()


def overlay_problems(name, document):
    """A patch whose target is misspelt is no error to kubectl: it changes nothing."""
    meta, kind = document["metadata"], document["kind"]
    provider = name.rpartition("overlays/")[2]
    if kind == "RedpandaBrokerPool" and "overlays/" in name:
        selector = invariants.dig(document, "spec.podTemplate.spec.nodeSelector")
        if meta["name"] != f"brokers-{provider}" or selector.get(invariants.PROVIDER) != provider:
            yield f"pool {meta['name']} on nodes {selector}, wanted those of {provider}"
    if kind in ("Topic", "User"):
        wanted = {"name": "thin-ledger"}
        if name.startswith("cluster/stretch"):
            wanted.update(group="cluster.redpanda.com", kind="StretchCluster")
        if invariants.dig(document, "spec.cluster.clusterRef") != wanted:
            yield f"{meta['name']} belongs to {invariants.dig(document, 'spec.cluster.clusterRef')}, wanted {wanted}"
    if name.startswith("cluster/") and kind != "Namespace" and meta.get("namespace") != "thin-ledger":
        yield f"{meta['name']} is in the namespace {meta.get('namespace')}"


def problems(top):
    """deploy/tuning has tests of its own."""
    for path in sorted(p.parent for p in (top / "deploy").rglob("kustomization.yaml")):
        name = str(path.relative_to(top / "deploy"))
        if name.startswith("tuning"):
            continue
        result = subprocess.run([KUBECTL, "kustomize", str(path)], capture_output=True, text=True, check=False)
        if result.returncode or result.stderr:
            yield f"{name}: {result.stderr}"
            continue
        for document in manifests.yaml.load_all(result.stdout, Loader=manifests.UniqueLoader):
            found = [*invariants.image_problems(document), *overlay_problems(name, document)]
            if manifests.SCHEMAS.is_dir():
                found += manifests.schema_problems(document)
            yield from (f"{name}: {document['kind']}: {text}" for text in found)
