// SPDX-License-Identifier: MPL-2.0
// A value that packets are answered by while a command exchanges it: readers neither wait nor are waited for.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace chainload::kea {

/// A reader writes down which value it looks at (a hazard pointer); a value is let go when it is no longer
/// current and stands nowhere.
template <class Value>
class Published {
  struct alignas(64) Slot {  // a cache line each, so that readers do not disturb each other
    std::atomic<const Value*> value{nullptr};
  };

 public:
  /// What was current when it was asked for, for as long as this lives; or nothing.
  class Use {
   public:
    Use() = default;
    Use(std::atomic<const Value*>* slot, const Value* value) : slot_(slot), value_(value) {}
    Use(Use&& other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), value_(std::exchange(other.value_, nullptr)) {}
    Use& operator=(Use&&) = delete;
    ~Use() {
      if (slot_ != nullptr) slot_->store(nullptr, std::memory_order_release);
    }

    explicit operator bool() const { return value_ != nullptr; }
    const Value& operator*() const { return *value_; }
    const Value* operator->() const { return value_; }

   private:
    std::atomic<const Value*>* slot_ = nullptr;
    const Value* value_ = nullptr;
  };

  Use use() const {
    const Value* now = current_.load(std::memory_order_acquire);
    std::size_t at = std::hash<std::thread::id>()(std::this_thread::get_id());
    while (now != nullptr) {
      auto& slot = slots_[at++ % slots_.size()].value;
      const Value* free = nullptr;
      if (!slot.compare_exchange_strong(free, now)) continue;  // another reader's
      // Only a value that is current after it was written down is sure to be kept.
      for (const Value* again = current_.load(); again != now; again = current_.load()) {
        now = again;
        slot.store(now);
      }
      if (now != nullptr) return Use(&slot, now);
    }
    return Use();
  }

  /// Null: nothing from here on. Answers the values that nobody looks at any more: freeing them may take
  /// time, which is the caller's to choose.
  [[nodiscard]] std::vector<std::shared_ptr<const Value>> put(std::shared_ptr<const Value> value) {
    const std::lock_guard<std::mutex> lock(writers_);
    if (owner_) retired_.push_back(std::move(owner_));
    owner_ = std::move(value);
    current_.store(owner_.get());
    std::vector<std::shared_ptr<const Value>> unused;
    std::vector<std::shared_ptr<const Value>> used;
    for (auto& each : retired_) (is_used(each.get()) ? used : unused).push_back(std::move(each));
    retired_ = std::move(used);
    return unused;
  }

 private:
  static constexpr std::size_t readers_at_once = 64;  // more wait for each other

  bool is_used(const Value* value) const {
    for (const Slot& slot : slots_) {
      if (slot.value.load() == value) return true;
    }
    return false;
  }

  mutable std::array<Slot, readers_at_once> slots_;
  std::atomic<const Value*> current_{nullptr};
  std::mutex writers_;
  std::shared_ptr<const Value> owner_;
  std::vector<std::shared_ptr<const Value>> retired_;  // at most one for each reader, and the last
};

}  // namespace chainload::kea
