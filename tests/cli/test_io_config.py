#!/usr/bin/python3
"""usage: test_io_config.py FILE MOUNTPOINT

Reads an io-config.yaml as strictly as Seastar does (src/core/disk_params.cc), and more: exactly one
disk with the five classic keys, integers above 0, the path that is wanted, which must exist.
"""
import os
import sys

import yaml


class Strict(yaml.SafeLoader):
    """Refuses a key that appears twice."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise ValueError(f"a key appears twice: {keys}")
        return super().construct_mapping(node, deep)


def main():
    path, mountpoint = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        document = yaml.load(file, Strict)
    assert list(document) == ["disks"], list(document)
    assert len(document["disks"]) == 1
    disk = document["disks"][0]
    assert list(disk) == ["mountpoint", "read_iops", "read_bandwidth", "write_iops",
                          "write_bandwidth"], list(disk)
    assert disk.pop("mountpoint") == mountpoint
    os.stat(mountpoint)
    for key, value in disk.items():
        assert isinstance(value, int) and not isinstance(value, bool) and value > 0, (key, value)
    print(disk)


main()
