"""Writing invented nodes: the shape of every file is that of Linux 6.1."""
import os


class Tree:
    def __init__(self, top):
        self.top = top
        self.made = set()

    def _directory(self, path):
        directory = os.path.dirname(self.top + path)
        if directory not in self.made:
            os.makedirs(directory, exist_ok=True)
            self.made.add(directory)

    def file(self, path, text):
        self._directory(path)
        with open(self.top + path, "w", encoding="ascii") as out:
            out.write(f"{text}\n")

    def files(self, directory, **values):
        for name, text in values.items():
            self.file(f"{directory}/{name}", text)

    def link(self, path, target):
        self._directory(path)
        os.symlink(os.path.relpath(target, os.path.dirname(path)), self.top + path)

    def directory(self, path):
        self._directory(path + "/x")


def mask(cpus, possible):
    bits = sum(1 << cpu for cpu in cpus)
    groups = max(1, (possible + 31) // 32)
    return ",".join(f"{bits >> (32 * i) & 0xffffffff:08x}" for i in reversed(range(groups)))


def ranges(cpus):
    out, cpus = [], sorted(cpus)
    while cpus:
        last = 0
        while last + 1 < len(cpus) and cpus[last + 1] == cpus[last] + 1:
            last += 1
        out.append(f"{cpus[0]}-{cpus[last]}" if last else f"{cpus[0]}")
        cpus = cpus[last + 1:]
    return ",".join(out)


def write_vector(tree, pci_dir, irq, action, affinity, effective):
    """One MSI-X vector of a PCI function; affinity and effective are lists of CPUs as text."""
    if pci_dir:
        tree.file(f"{pci_dir}/msi_irqs/{irq}", "msix")
    tree.files(f"/sys/kernel/irq/{irq}", actions=action, hwirq=irq,
               chip_name=f"PCI-MSIX-{os.path.basename(pci_dir)}" if pci_dir else "xen-dyn",
               type="edge", name="edge")
    tree.files(f"/proc/irq/{irq}", smp_affinity_list=affinity, effective_affinity_list=effective)
