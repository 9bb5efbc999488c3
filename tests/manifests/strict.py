#!/usr/bin/python3
"""usage: strict.py SCHEMAS FILE...

Validates the objects of these YAML files against the API definitions in the folder SCHEMAS, so that a
misspelt or misplaced field is an error. Definitions of others that are not there are looked for in the folder that
THINTUNE_CRDS names. Kinds without a definition are errors, too. Prints one line for each problem; exit code 1 when there
is one, 77 when the validator's own library is missing.
"""
import json
import os
import sys

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(error)
    sys.exit(77)

CRDS = {("cluster.redpanda.com/v1alpha2", "Redpanda"): "cluster.redpanda.com_redpandas.yaml",
        ("readiness.node.x-k8s.io/v1alpha1", "NodeReadinessRule"): "readiness.node.x-k8s.io_nodereadinessrules.yaml"}


def strict(node, name=""):
    """OpenAPI says less than JSON Schema: what is not listed is not allowed, quantities are strings or numbers."""
    if isinstance(node, list):
        return [strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    if name.endswith(".IntOrString") or node.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    if name.endswith(".Quantity"):
        return {"type": ["string", "number"]}
    # What is below a property is converted once, not once more at each level: a deep schema takes ten seconds else.
    listed = node["properties"] if isinstance(node.get("properties"), dict) else None
    result = {key: strict(value) for key, value in node.items() if key != "properties" or listed is None}
    free = node.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in node
    if listed is not None:
        result["properties"] = {key: strict(value) for key, value in listed.items()}
        if not free:
            result["additionalProperties"] = False
    if node.get("nullable") and isinstance(node.get("type"), str):
        result["type"] = [node["type"], "null"]
    return result


class Schemas:
    def __init__(self, folder):
        self.folder = folder
        path = os.path.join(folder, "kubernetes-release-1.36-definitions.json")
        definitions = json.load(open(path))["definitions"]
        self.kinds = {}
        for name, definition in definitions.items():
            for kind in definition.get("x-kubernetes-group-version-kind", []):
                group = f"{kind['group']}/" if kind["group"] else ""
                self.kinds[f"{group}{kind['version']}", kind["kind"]] = name
        self.definitions = {name: strict(one, name) for name, one in definitions.items()}
        self.validators = {}

    def of(self, document):
        """A validator looks up names in all definitions, once: one of each kind serves all documents."""
        key = document.get("apiVersion"), document.get("kind")
        if key not in self.validators:
            schema = self.schema(key)
            self.validators[key] = schema and jsonschema.Draft7Validator(schema)
        return self.validators[key]

    def schema(self, key):
        if key in CRDS:
            paths = [os.path.join(folder, CRDS[key]) for folder in (self.folder, os.environ.get("THINTUNE_CRDS") or self.folder)]
            crd = yaml.load(open(next(filter(os.path.exists, paths), paths[0])), Loader=yaml.CSafeLoader)
            version = next(one for one in crd["spec"]["versions"] if one["name"] == key[0].split("/")[1])
            schema = strict(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = {"type": "object"}
            return schema
        if key in self.kinds:
            return {"$ref": f"#/definitions/{self.kinds[key]}", "definitions": self.definitions}
        return None


def main():
    schemas = Schemas(sys.argv[1])
    failed = False
    for path in sys.argv[2:]:
        for document in yaml.load_all(open(path), Loader=yaml.CSafeLoader):
            validator = schemas.of(document)
            if validator is None:
                print(f"{path}: no schema for {document.get('apiVersion')} {document.get('kind')}")
                failed = True
                continue
            for error in validator.iter_errors(document):
                where = "/".join(str(part) for part in error.absolute_path)
                print(f"{path}: {document['kind']}: {where}: {error.message[:200]}")
                failed = True
    sys.exit(failed)


main()
