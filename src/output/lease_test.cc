// SPDX-License-Identifier: Apache-2.0
#include "output/lease.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>

#include "base/uuid.h"
#include "output/output_folder.h"
#include "output/records_json.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

class LeaseTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Lease>> acquire(LeaseTiming timing = {}) {
    return Lease::acquire(store_, "run", never_, timing);
  }

  std::size_t leases() {
    return store_->list(std::string(kLeasesFolder), false, true).value().size();
  }

  // A lease as somebody else would have left it so long ago, whose clock was years ahead.
  void leave(const ProcessIdentity& holder, std::chrono::seconds ago) {
    const LeaseRecord record{.token = random_uuid(),
                             .command = "extract",
                             .state = LeaseState::kHeld,
                             .holder = holder,
                             .lapses_ms = 4'000'000'000'000};
    ASSERT_TRUE(write_json(*store_, record.name(), record.to_json()).ok());
    const auto file = folder_ / record.name();
    std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) - ago);
  }

  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = Store::open(folder_.path().string()).value();
  const CancelToken never_;
};

TEST_F(LeaseTest, RefusesASecondRunAndSaysWhoseItIs) {
  const auto first = acquire();
  ASSERT_TRUE(first.ok());
  const auto second = acquire();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), StatusCode::kIo);
  const ProcessIdentity self = this_process();
  EXPECT_THAT(second.error().message(),
              AllOf(HasSubstr(self.host), HasSubstr("process " + std::to_string(self.pid)),
                    HasSubstr("lapses at 2")));
  EXPECT_EQ(leases(), 1u);
}

TEST_F(LeaseTest, IsGivenBack) {
  {
    ASSERT_TRUE(acquire().ok());
  }
  EXPECT_EQ(leases(), 0u);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "_verger"));  // nothing else was in it
  EXPECT_TRUE(acquire().ok());
}

TEST_F(LeaseTest, OneOfManyWins) {
  std::atomic<int> winners = 0;
  std::vector<std::thread> runs;
  std::vector<std::unique_ptr<Lease>> held(6);
  for (auto& lease : held) {
    runs.emplace_back([&] {
      auto got = acquire({.pause = milliseconds(40), .attempts = 50});
      if (!got.ok()) return;
      lease = *std::move(got);
      ++winners;
    });
  }
  for (auto& run : runs) run.join();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(leases(), 1u);
}

TEST_F(LeaseTest, TakesOverFromADeadProcessOfThisMachine) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  ProcessIdentity dead = this_process();
  dead.pid = child;
  leave(dead, 0s);
  EXPECT_TRUE(acquire().ok());
  EXPECT_EQ(leases(), 0u);  // its own was given back, the dead one's removed
}

TEST_F(LeaseTest, ANumberThatWasGivenOutAgainIsAnotherProcess) {
  ProcessIdentity other = this_process();
  other.started -= 1;
  EXPECT_TRUE(has_ended(other));
  EXPECT_FALSE(has_ended(this_process()));
}

TEST_F(LeaseTest, WaitsForTheLapseOfAnotherMachinesLease) {
  const ProcessIdentity far{.host = "far", .machine = "elsewhere pid:[1]", .pid = 1, .started = 1};
  leave(far, 58s);
  const auto refused = acquire();
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("far, process 1"));
  EXPECT_EQ(leases(), 1u);
}

TEST_F(LeaseTest, TakesOverWhatWasNotWrittenAgainByTheStoragesTime) {
  const ProcessIdentity far{.host = "far", .machine = "elsewhere pid:[1]", .pid = 1, .started = 1};
  leave(far, 61s);
  leave(far, -1000h);  // from before the storage's clock was set
  EXPECT_TRUE(acquire().ok());
  EXPECT_EQ(leases(), 0u);
}

TEST_F(LeaseTest, IsRenewedWhileItIsHeld) {
  const auto lease = acquire({.lapse = milliseconds(400), .renew = milliseconds(50)});
  ASSERT_TRUE(lease.ok());
  std::this_thread::sleep_for(milliseconds(900));
  EXPECT_TRUE((*lease)->check().ok());
  EXPECT_FALSE(acquire().ok());
}

TEST_F(LeaseTest, IsLostWhenTheOutputCannotBeWritten) {
  const auto lease = acquire({.lapse = milliseconds(200), .renew = milliseconds(50)});
  ASSERT_TRUE(lease.ok());
  std::filesystem::remove_all(folder_ / "_verger");
  folder_.write("_verger", "a file where the folder was");
  std::this_thread::sleep_for(milliseconds(600));
  EXPECT_THAT((*lease)->check().message(), HasSubstr("resume=True"));
}

// As if this process had been stopped for longer than the lease.
TEST_F(LeaseTest, ALeaseThatLapsedIsHeldAgainWhenNobodyCame) {
  const auto lease = acquire({.lapse = milliseconds(100), .renew = milliseconds(60'000)});
  ASSERT_TRUE(lease.ok());
  std::this_thread::sleep_for(milliseconds(150));
  EXPECT_TRUE((*lease)->check().ok());
  EXPECT_EQ(leases(), 1u);
  EXPECT_FALSE(acquire().ok());
}

TEST_F(LeaseTest, IsLostOnceAnotherMachineTookItOver) {
  const auto lease = acquire({.lapse = milliseconds(100), .renew = milliseconds(60'000)});
  ASSERT_TRUE(lease.ok());
  std::this_thread::sleep_for(milliseconds(150));
  // As whoever takes over does first.
  ASSERT_TRUE(store_->remove("_verger/leases/" + (*lease)->token() + ".json").ok());
  for (int i = 0; i < 2; ++i) {
    const Status status = (*lease)->check();
    EXPECT_EQ(status.code(), StatusCode::kIo);
    EXPECT_THAT(status.message(), HasSubstr("was taken over by another run"));
  }
  EXPECT_EQ(leases(), 0u);
}

TEST_F(LeaseTest, IsLostWhileItHoldsByTheClockWhenItsFileIsGone) {
  const auto lease = acquire({.lapse = milliseconds(60'000), .renew = milliseconds(100)});
  ASSERT_TRUE(lease.ok());
  ASSERT_TRUE(store_->remove("_verger/leases/" + (*lease)->token() + ".json").ok());
  std::this_thread::sleep_for(milliseconds(400));
  EXPECT_FALSE((*lease)->check().ok());
  EXPECT_EQ(leases(), 0u);  // nor is it put there again
}

TEST_F(LeaseTest, ALapsedOneOfALivingProcessOfThisMachineIsRefused) {
  leave(this_process(), 1000h);
  const auto refused = acquire();
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(),
              HasSubstr("process " + std::to_string(this_process().pid) + ", which lives"));
}

TEST_F(LeaseTest, WorkersAskItsFile) {
  auto lease = acquire({.lapse = milliseconds(2400)}).value();
  WorkerFence fence(store_, lease->token(), {.lapse = milliseconds(2400)});
  EXPECT_TRUE(fence.check().ok());
  EXPECT_TRUE(lease->close_to_workers().ok());
  EXPECT_THAT(fence.check().message(), HasSubstr("does not write"));
  EXPECT_TRUE(lease->check().ok());
  EXPECT_FALSE(acquire().ok());  // nor does anybody else get it yet
  lease.reset();
  EXPECT_FALSE(WorkerFence(store_, "another").check().ok());
}

TEST_F(LeaseTest, AFencedStoreChangesNothingOnceItIsLost) {
  ASSERT_TRUE(store_->write("stands", std::string_view("x")).ok());
  std::shared_ptr<Lease> lease =
      acquire({.lapse = milliseconds(100), .renew = milliseconds(60'000)}).value();
  FencedStore fenced(store_, lease);
  auto begun = fenced.create("begun").value();
  ASSERT_TRUE(fenced.write("before", std::string_view("x")).ok());
  std::this_thread::sleep_for(milliseconds(150));
  ASSERT_TRUE(store_->remove("_verger/leases/" + lease->token() + ".json").ok());
  EXPECT_FALSE(begun->commit().ok());
  begun.reset();
  EXPECT_FALSE(fenced.create("later").ok());
  EXPECT_FALSE(fenced.remove("stands").ok());
  EXPECT_FALSE(fenced.remove_temporaries("", [](std::string_view) { return true; }).ok());
  const auto files = store_->list("", true, true).value();
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].name, "before");
  EXPECT_EQ(files[1].name, "stands");
}

TEST_F(LeaseTest, DamagedLeasesCountAsNone) {
  ASSERT_TRUE(store_->write("_verger/leases/x.json", "{").ok());
  ASSERT_TRUE(store_->write("_verger/leases/y.json", "{\"format\": \"verger-lease\"}").ok());
  EXPECT_TRUE(acquire().ok());
}

}  // namespace
}  // namespace verger
