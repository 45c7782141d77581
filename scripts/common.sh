# SPDX-License-Identifier: MPL-2.0
# What scripts/demo and scripts/test share: checks with plain sentences, and the set-up of the build folder.
# To be sourced by a script that defines die(), which prints its argument and ends.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
products=(hooks/chainload/libdhcp_chainload.so firmware/undionly.kpxe firmware/undionly.kkpxe)
lab_programs=(hooks/chainload/ctl/chainloadctl tests/lab/wire/wire tests/lab/probe/probe.bin)

need_root() {
  ((EUID == 0)) || die "only root can make network namespaces and install packages; run it as root"
}

need_namespaces() {
  local probe=chainload-probe-$$ why
  why=$(ip netns add "$probe" 2>&1) ||
    die "no network namespace can be made here ($why); a container needs CAP_SYS_ADMIN and CAP_NET_ADMIN"
  # In a plain chroot a namespace can be made but not entered: / is no mount point there.
  if ! why=$(ip -n "$probe" link set lo up 2>&1); then
    ip netns del "$probe"
    die "no network namespace can be entered here ($why); in a chroot, make / a mount point (mount --bind)"
  fi
  ip netns del "$probe"
  [[ -c /dev/net/tun ]] || die "/dev/net/tun is missing, so the virtual machine cannot have a network card"
}

# Both halves are asked for by name, so that a missing library is an error and not a smaller build.
# set_up_build [FOLDER [COMPILER [OPTION...]]]: a folder that another compiler made is made new.
set_up_build() {
  local folder=${1:-$build} compiler=${2:-g++}
  local command=(meson setup "$folder" "$root" -Dhook=enabled -Dfirmware=enabled "${@:3}")
  if [[ -e $folder/meson-private/coredata.dat ]]; then command+=(--reconfigure); fi
  mkdir -p "$folder"
  if ! CXX=$compiler "${command[@]}" > "$folder/setup.log" 2>&1; then
    tail -n 30 "$folder/setup.log" >&2
    die "meson could not set up the build; the whole output is in ${folder#"$root"/}/setup.log"
  fi
}

# build_targets [-C FOLDER] TARGET...
build_targets() {
  local folder=$build
  if [[ $1 == -C ]]; then folder=$2; shift 2; fi
  if ! ninja -C "$folder" "$@" > "$folder/compile.log" 2>&1; then
    tail -n 60 "$folder/compile.log" >&2
    die "the build failed; the whole output is in ${folder#"$root"/}/compile.log"
  fi
}
