<?php
// SPDX-License-Identifier: MPL-2.0
// The boot script of the demo and the lab: answers a machine, named by ?mac=, with what machines.json says it boots.

header('Content-Type: text/plain');

$mac = strtolower(str_replace('-', ':', $_GET['mac'] ?? ''));
if (!preg_match('/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/', $mac)) {
    http_response_code(400);
    exit("A machine must say who it is: real_boot_script.php?mac=52:54:00:12:34:56\n");
}

$machines = json_decode(file_get_contents(__DIR__ . '/machines.json'), true) ?? [];
$machine = $machines[$mac] ?? null;
if ($machine === null) {
    exit("#!gpxe\necho Nothing is set up for $mac. Add it to machines.json on the server.\nexit\n");
}

$here = 'http://' . $_SERVER['SERVER_ADDR'];
echo "#!gpxe\n";
echo "# made for $mac\n";
if (isset($machine['script'])) {
    exit(implode("\n", $machine['script']) . "\n");
}
echo "kernel $here/{$machine['kernel']} {$machine['arguments']}\n";
foreach ($machine['initrds'] as $initrd) {
    $uri = str_contains($initrd, '://') ? $initrd : "$here/$initrd";
    echo "initrd $uri\n";
}
echo "boot\n";
