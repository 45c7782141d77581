// SPDX-License-Identifier: MPL-2.0
// The downloaded images: each grows in one piece of the download region, in the order in which they were
// asked for.
#pragma once

#include "base/arena.h"
#include "base/memory_map.h"
#include "base/result.h"

namespace image {

enum class Role : std::uint8_t { plain, kernel, initrd };

/// One download. Made and owned by the Registry; name, URI and arguments stand in its arena.
struct Image {
  Image* next = nullptr;  // in the order of download
  base::PhysicalAddress address;
  base::MutBytes room;  // where it may grow; given back when the download ends
  std::size_t size = 0;
  std::string_view name;
  std::string_view uri;
  std::string_view arguments;
  Role role = Role::plain;
  bool in_use = false;        // a script that runs may not be freed under its interpreter
  bool is_temporary = false;  // freed when what it started has ended

  base::Bytes bytes() const { return base::Bytes(room).first(size); }
};

class Registry {
 public:
  /// `memory` is what stands at `region`, which the platform calls the download region.
  Registry(base::Arena& arena, base::PhysicalRange region, base::MutBytes memory)
      : arena_(arena), region_(region), memory_(memory) {}
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// A new, empty image that may grow into the largest gap. One download at a time: finish() or free() it
  /// first.
  base::Result<Image*> begin(std::string_view name, std::string_view uri);
  /// Says early what append() would find out late.
  base::Status expect(const Image& image, std::uint64_t total) const;
  base::Status append(Image& image, base::Bytes piece);
  /// The download is whole; what was not needed is free again.
  void finish(Image& image) { image.room = image.room.first(image.size); }
  base::Status set_name(Image& image, std::string_view name) { return keep(image.name, name); }
  /// Where it really came from: relative addresses in a script are meant from there.
  base::Status set_uri(Image& image, std::string_view uri) { return keep(image.uri, uri); }
  base::Status set_arguments(Image& image, std::string_view arguments) {
    return keep(image.arguments, arguments);
  }

  /// The youngest of that name; nullptr when there is none.
  Image* find(std::string_view name) const;
  /// The youngest kernel or plain image: what `boot` without a name starts.
  Image* last_bootable() const;
  Image* first() const { return first_; }
  /// Refuses while it is in use.
  base::Status free(Image& image);

  /// Free memory in the region for something short-lived: it is not kept from later downloads.
  struct Room {
    base::PhysicalAddress address;
    base::MutBytes bytes;
  };
  Room largest_room() const;

  base::PhysicalRange region() const { return region_; }

 private:
  base::Status keep(std::string_view& where, std::string_view text);

  base::Arena& arena_;
  base::PhysicalRange region_;
  base::MutBytes memory_;
  Image* first_ = nullptr;
};

}  // namespace image
