# SPDX-License-Identifier: Apache-2.0
"""Reads manifests and validates them strictly: a field that the schema does not know is an error."""
import functools
import json
import os
import pathlib

import jsonschema
import yaml

SCHEMAS = pathlib.Path(__file__).resolve().parents[4] / "shared" / "schemas"
CUSTOM = {  # kind: file
    "Redpanda": "cluster.redpanda.com_redpandas.yaml",
    "Topic": "cluster.redpanda.com_topics.yaml",
    "User": "cluster.redpanda.com_users.yaml",
    "StretchCluster": "cluster.redpanda.com_stretchclusters.yaml",
    "RedpandaBrokerPool": "cluster.redpanda.com_redpandabrokerpools.yaml",
    "ShadowLink": "cluster.redpanda.com_shadowlinks.yaml",
    "PodMonitor": "monitoring.coreos.com_podmonitors.yaml",
    "ServiceMonitor": "monitoring.coreos.com_servicemonitors.yaml",
    "PrometheusRule": "monitoring.coreos.com_prometheusrules.yaml",
}
# Where definitions are looked for; the second, such as config/crd/bases of the operator's source, for what is not in the first.
DEFINITIONS = [SCHEMAS, pathlib.Path(os.environ.get("THINTUNE_CRDS") or SCHEMAS)]
# What kustomize itself reads.
MAKES = {"Kustomization", "Component", "ImageTagTransformer"}
KUSTOMIZATION = {
    "apiVersion", "kind", "namespace", "resources", "configMapGenerator", "generatorOptions",
    "patches", "components", "transformers", "metadata", "imageTag", "fieldSpecs",
}
# Not manifests: profiles are thintune's, deploy/tuning has tests of its own.
IGNORED_NAMES = {"profile.yaml"}
IGNORED_FOLDERS = {"tuning"}
# Made of the kustomization beside it: what is in it is counted there.
MADE = "cluster/thin-ledger-cluster.yaml"


class UniqueLoader(yaml.CSafeLoader):
    """Refuses a key that stands twice in one map."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(keys) != len(set(map(str, keys))):
            raise yaml.YAMLError(f"{node.start_mark}: a key stands twice among {keys}")
        return super().construct_mapping(node, deep)


def files(top):
    """Every manifest below deploy/."""
    for path in sorted((top / "deploy").rglob("*.yaml")):
        parts = path.relative_to(top / "deploy").parts
        if path.name not in IGNORED_NAMES and parts[0] not in IGNORED_FOLDERS:
            yield path


@functools.lru_cache(maxsize=None)
def _documents(text):
    """Nobody writes to them: most files are read again and again, as they are."""
    return list(yaml.load_all(text, Loader=UniqueLoader))


def load(path):
    """The resources of a file, those inside a List one by one."""
    for document in _documents(path.read_text()):
        if document is None:
            continue
        if document.get("kind") == "List":
            yield from document["items"]
        else:
            yield document


def resources(top):
    """(path, resource) of everything below deploy/ but what is kustomize's own."""
    for path in files(top):
        if path == top / "deploy" / MADE:
            continue
        for resource in load(path):
            if resource.get("kind") not in MAKES:
                yield path, resource


def of_kind(top, kind):
    return [resource for _, resource in resources(top) if resource["kind"] == kind]


def _strict(schema):
    """A Kubernetes schema as strict JSON schema."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        return {"type": ["integer", "string"]}
    properties = schema.get("properties")
    new = {key: _strict(value) for key, value in schema.items() if key not in ("properties", "default", "description")}
    if properties is not None:
        new["properties"] = {key: _strict(value) for key, value in properties.items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            new.setdefault("additionalProperties", False)
    if schema.get("nullable") and isinstance(schema.get("type"), str):
        new["type"] = [schema["type"], "null"]
    return new


@functools.lru_cache(maxsize=None)
def _definitions():
    text = (SCHEMAS / "kubernetes-release-1.36-definitions.json").read_text()
    definitions = {name: _strict(value) for name, value in json.loads(text)["definitions"].items()}
    definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] = {"type": ["string", "number"]}
    by_kind = {}
    for name, value in json.loads(text)["definitions"].items():
        for gvk in value.get("x-kubernetes-group-version-kind", []):
            by_kind["/".join(filter(None, (gvk["group"], gvk["version"]))), gvk["kind"]] = name
    return definitions, by_kind


@functools.lru_cache(maxsize=None)
def _validator(name):
    definitions, _ = _definitions()
    return jsonschema.Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": definitions})


def _definition(kind):
    """The file with the definition of a custom kind, or None."""
    return next((folder / CUSTOM[kind] for folder in DEFINITIONS if (folder / CUSTOM[kind]).is_file()), None)


def undefined():
    """Custom kinds whose definition is not here."""
    return [kind for kind in CUSTOM if not _definition(kind)]


@functools.lru_cache(maxsize=None)
def _custom(kind):
    """{apiVersion: validator} of one custom kind, in the version that is stored."""
    crd = yaml.load(_definition(kind).read_text(), Loader=yaml.CSafeLoader)
    validators = {}
    for version in filter(lambda v: v["storage"], crd["spec"]["versions"]):
        schema = _strict(version["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {"type": "object"}
        api_version = f"{crd['spec']['group']}/{version['name']}"
        validators[api_version] = jsonschema.Draft7Validator(schema)
    return validators


def _errors(validator, document):
    for error in validator.iter_errors(document):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def schema_problems(document):
    """What the schema of the document's own kind has against it."""
    kind, version = document.get("kind"), document.get("apiVersion")
    if kind in MAKES:
        yield from (f"unknown field {key}" for key in set(document) - KUSTOMIZATION)
        return
    if kind in undefined():
        return
    if kind in CUSTOM:
        validator = _custom(kind).get(version)
        if validator is None:
            yield f"{kind} has no version {version}"
            return
        yield from _errors(_validator("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"), document["metadata"])
        yield from _errors(validator, document)
        return
    name = _definitions()[1].get((version, kind))
    if name is None:
        yield f"no schema for {version} {kind}"
        return
    yield from _errors(_validator(name), document)


def all_schema_problems(top):
    for path in files(top):
        for document in load(path):
            name = document.get("metadata", {}).get("name", "")
            for problem in schema_problems(document):
                yield f"{path.relative_to(top)}: {document.get('kind')} {name}: {problem}"
