#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Makes messages.h and messages.cc from messages.mes. Usage: generate_messages.py CATALOGUE HEADER SOURCE

Refuses a catalogue whose ids are not sorted, repeated or wrongly named, whose placeholders have gaps, or in which a
message has no paragraph.
"""
import re
import sys


def read_catalogue(path):
    """Returns [(id, text)] of a catalogue that is in order."""
    messages, paragraphs = [], []
    with open(path, encoding="utf-8") as catalogue:
        for number, line in enumerate(catalogue, 1):
            line = line.rstrip("\n")
            if line.startswith("#") or not line:
                continue
            if not line.startswith("%"):
                if not messages:
                    sys.exit(f"{path}:{number}: text before the first message")
                paragraphs[-1] += 1
                continue
            match = re.fullmatch(r"% (CHAINLOAD_[A-Z0-9_]+) (\S.*)", line)
            if not match:
                sys.exit(f"{path}:{number}: expected `% CHAINLOAD_NAME text`")
            messages.append(match.groups())
            paragraphs.append(0)
    for (name, text), lines in zip(messages, paragraphs):
        if lines == 0:
            sys.exit(f"{path}: {name} has no paragraph")
        used = sorted({int(digit) for digit in re.findall(r"%(\d)", text)})
        if used != list(range(1, len(used) + 1)):
            sys.exit(f"{path}: {name} uses the placeholders {used}; they must run from %1 without a gap")
    names = [name for name, _ in messages]
    if names != sorted(set(names)):
        sys.exit(f"{path}: the ids are not sorted, or one stands twice")
    return messages


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    catalogue, header, source = sys.argv[1:]
    messages = read_catalogue(catalogue)
    head = "// SPDX-License-Identifier: MPL-2.0\n// Made from messages.mes: do not edit.\n"
    with open(header, "w", encoding="utf-8") as out:
        out.write(head + "#pragma once\n\n#include <log/message_types.h>\n\n")
        for name, _ in messages:
            out.write(f"extern const isc::log::MessageID {name};\n")
    with open(source, "w", encoding="utf-8") as out:
        out.write(head + '#include "messages.h"\n\n#include <log/message_initializer.h>\n\n')
        for name, _ in messages:
            out.write(f'extern const isc::log::MessageID {name} = "{name}";\n')
        out.write("\nnamespace {\n\nconst char* values[] = {\n")
        for name, text in messages:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            out.write(f'    "{name}", "{quoted}",\n')
        out.write("    nullptr};\n\nconst isc::log::MessageInitializer initializer(values);\n\n}  // namespace\n")


if __name__ == "__main__":
    main()
