#include "spool_world.hpp"

#include <algorithm>
#include <set>

namespace wf::kit::test {

SpoolWorld::SpoolWorld(unsigned seed) : seed_(seed), random_(seed), disk_(seed + 1) {}

void SpoolWorld::broken(const std::string& what) const {
  throw what + " (seed " + std::to_string(seed_) + ", operation " + std::to_string(disk_.operations()) + ")";
}

void SpoolWorld::note(const Commit& commit) {
  for (const Batch& batch : commit.batches) {
    owed_[batch.lane][next_[batch.lane]] = batch;
    next_[batch.lane] += batch.count;
    appended_ += batch.count;
  }
  position_ = commit.position;
  perhaps_.clear();
}

void SpoolWorld::append() {
  Commit commit;
  for (unsigned i = pick(4); i > 0; --i) {
    Batch batch{static_cast<std::uint8_t>(pick(kLanes)), 1 + pick(4), std::to_string(++texts_) + ":"};
    batch.text += std::string(pick(10) == 0 ? pick(1500) : pick(200), static_cast<char>('a' + pick(26)));
    commit.batches.push_back(std::move(batch));
  }
  commit.position = std::to_string(++texts_);
  std::vector<BatchToSpool> batches;
  for (const Batch& batch : commit.batches) batches.push_back({batch.lane, batch.count, batch.text});
  const spool::Position at{"s", commit.position};
  perhaps_.push_back(commit);
  // As an agent does: the same again until the disk takes it, within reason.
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto no_room = pick(2) == 0 ? Spool::WhenNoRoom::give_up : Spool::WhenNoRoom::refuse;
    if (!spool_->append(batches, {&at, 1}, no_room)) continue;
    note(commit);
    return;
  }
}

void SpoolWorld::renewed() {
  epoch_ = spool_->epoch();
  for (std::uint8_t lane = 0; lane < kLanes; ++lane) {
    const std::uint64_t by = next_[lane] - spool_->next_sequence(lane);
    Numbers numbers;
    for (auto& [first, batch] : owed_[lane])
      if (first > by) numbers[first - by] = std::move(batch);
    owed_[lane] = std::move(numbers);
    next_[lane] -= by;
    acknowledged_[lane] -= std::min(acknowledged_[lane], by);
    settled_[lane].clear();
  }
  renewing_ = false;
}

void SpoolWorld::work(int steps) {
  for (int step = 0; step < steps; ++step) {
    const unsigned what = pick(20);
    if (what < 11) {
      append();
    } else if (what < 15) {
      const auto lane = static_cast<std::uint8_t>(pick(kLanes));
      auto& owed = owed_[lane];
      if (owed.empty()) continue;
      auto it = owed.begin();
      std::advance(it, pick(static_cast<unsigned>(owed.size())));
      const std::uint64_t last = it->first + it->second.count - 1;
      acknowledged_[lane] = std::max(acknowledged_[lane], last);
      spool_->acknowledge(lane, last);
    } else if (what < 17) {
      (void)spool_->make_room(pick(4000));
    } else if (what < 18) {
      const std::int64_t later = static_cast<std::int64_t>(pick(30)) * 3600 * kSecond;
      time_ = {time_.now + later, time_.mono + later};
      spool_->keep_time(time_);
    } else if (what < 19) {
      std::vector<GivenUpRange> ranges = spool_->given_up();
      std::erase_if(ranges, [&](const GivenUpRange& r) { return r.settled; });
      if (ranges.empty()) continue;
      const GivenUpRange range = ranges[pick(static_cast<unsigned>(ranges.size()))];
      if (range.epoch == epoch_) settled_[range.lane].emplace_back(range.first, range.last);
      spool_->settle(range.epoch, range.lane, range.first, range.last);
    } else if (pick(4) == 0) {
      renewing_ = true;
      if (spool_->renew()) renewed();
    }
  }
}

void SpoolWorld::reopen() {
  spool_.reset();
  SpoolOptions options;
  options.directory = "/state/spool";
  options.segment_bytes = 700;
  options.limit_bytes = 8'000;
  options.max_age = 240 * 3600 * kSecond;
  options.machine = "m";
  options.disk = &disk_;
  for (int attempt = 0; attempt < 3 && !spool_; ++attempt) {
    Result<Spool> opened = Spool::open(options);
    if (opened)
      spool_.emplace(std::move(*opened));
    else if (attempt == 2)
      broken("cannot be opened: " + opened.error().text());
    else
      disk_.fail(0, 0, 0);
  }
  for (const std::string& problem : spool_->problems()) broken("had to mend: " + problem);
  if (epoch_ == 0) epoch_ = spool_->epoch();
  spool_->keep_time(time_);
  compare();
  // As WELCOME says it.
  for (std::uint8_t lane = 0; lane < kLanes; ++lane) spool_->acknowledge(lane, acknowledged_[lane]);
}

void SpoolWorld::compare() {
  // Which of the doubtful commits is there is told by the position; all of it must be.
  const std::string at(spool_->position("s"));
  if (at != position_) {
    const auto found =
        std::find_if(perhaps_.begin(), perhaps_.end(), [&](const Commit& commit) { return commit.position == at; });
    if (found == perhaps_.end()) broken("position '" + at + "' in place of '" + position_ + "'");
    const Commit commit = *found;
    note(commit);
  }
  perhaps_.clear();
  if (spool_->epoch() != epoch_) {
    if (!renewing_) broken("another epoch");
    renewed();
  }
  renewing_ = false;
  std::uint64_t gone = 0;
  spool_->rewind();
  for (std::uint8_t lane = 0; lane < kLanes; ++lane) {
    const std::string where = " in lane " + std::to_string(lane);
    if (spool_->next_sequence(lane) != next_[lane])
      broken("next number " + std::to_string(spool_->next_sequence(lane)) + " in place of " +
             std::to_string(next_[lane]) + where);
    const auto given_up = [&](std::uint64_t number, bool open_only) {
      for (const GivenUpRange& r : spool_->given_up())
        if (r.epoch == epoch_ && r.lane == lane && r.first <= number && number <= r.last && !(open_only && r.settled))
          return true;
      return false;
    };
    std::set<std::uint64_t> read;
    std::uint64_t before = 0;
    for (StoredBatch batch; spool_->read(lane, batch);) {
      const auto owed = owed_[lane].find(batch.first_sequence);
      if (owed == owed_[lane].end() || owed->second.count != batch.count || owed->second.text != batch.bytes)
        broken("number " + std::to_string(batch.first_sequence) + " has another content" + where);
      if (batch.first_sequence <= before) broken("a number comes twice" + where);
      if (given_up(batch.first_sequence, true)) broken("what was given up comes back" + where);
      before = batch.first_sequence;
      read.insert(batch.first_sequence);
    }
    for (const auto& [first, batch] : owed_[lane]) {
      const std::uint64_t number = first;
      if (read.contains(first) || first + batch.count - 1 <= acknowledged_[lane]) continue;
      const bool settled = std::any_of(settled_[lane].begin(), settled_[lane].end(),
                                       [&](const auto& r) { return r.first <= number && number <= r.second; });
      if (!given_up(first, false) && !settled) broken("number " + std::to_string(first) + " is lost" + where);
      if (lane == 0) broken("life safety was given up");
      gone += batch.count;
    }
  }
  for (const GivenUpRange& r : spool_->given_up())
    if (r.reason == GiveUpReason::damaged) broken("damage where there is none");
  if (spool_->lost() != 0) broken("counts events as damaged");
  gave_up_ = std::max(gave_up_, gone);
}

}  // namespace wf::kit::test
