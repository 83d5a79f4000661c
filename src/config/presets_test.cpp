#include "config/presets.hpp"

#include <gtest/gtest.h>

namespace caas::kafka {
namespace {

void expectValues(const ProducerSettings& settings, Milliseconds linger, Compression compression,
                  std::int64_t batchSizeBytes) {
  EXPECT_EQ(settings.linger, linger);
  EXPECT_EQ(settings.compression, compression);
  EXPECT_EQ(settings.batchSizeBytes, batchSizeBytes);
}

TEST(PresetTest, TheDefaultPresetIsTheDefaultSettings) {
  const ProducerSettings settings;
  const auto& values = config::valuesOf(ProducerPreset::kDefault);
  expectValues(settings, values.linger, values.compression, values.batchSizeBytes);
  EXPECT_EQ(settings.batchMaxBytes, values.batchMaxBytes);
}

TEST(PresetTest, APresetSetsTheSpecsValues) {
  expectValues(withPreset({}, ProducerPreset::kHighThroughput), Milliseconds{10},
               Compression::kSnappy, 32'768);
  expectValues(withPreset({}, ProducerPreset::kLowLatency), Milliseconds{0}, Compression::kNone,
               1'024);
  EXPECT_EQ(withPreset({}, ProducerPreset::kLowLatency).preset, ProducerPreset::kLowLatency);
}

TEST(PresetTest, WhatWasGivenWinsOverEveryPreset) {
  ProducerSettings settings;
  settings.linger = Milliseconds{5};  // given, and by chance the default
  settings.given.linger = true;
  settings.compression = Compression::kZstd;  // put in by code: neither default nor the preset's
  for (const auto& values : config::presetTable()) {
    expectValues(withPreset(settings, values.preset), Milliseconds{5}, Compression::kZstd,
                 values.batchSizeBytes);
  }
}

TEST(PresetTest, OnePresetReplacesAnother) {
  const auto low = withPreset({}, ProducerPreset::kLowLatency);
  expectValues(withPreset(low, ProducerPreset::kHighThroughput), Milliseconds{10},
               Compression::kSnappy, 32'768);
}

TEST(PresetTest, ATopicWithoutAWishKeepsTheSettingsPreset) {
  const auto low = withPreset({}, ProducerPreset::kLowLatency);
  const auto same = withPreset(low, ProducerPreset::kDefault);
  EXPECT_EQ(same.preset, ProducerPreset::kLowLatency);
  expectValues(same, Milliseconds{0}, Compression::kNone, 1'024);
}

TEST(PresetTest, APresetNamedInCodeIsAppliedToUntouchedDefaults) {
  ProducerSettings settings;
  settings.preset = ProducerPreset::kLowLatency;
  expectValues(withPreset(settings, ProducerPreset::kDefault), Milliseconds{0}, Compression::kNone,
               1'024);
}

TEST(PresetTest, EverythingElseIsLeftAlone) {
  ProducerSettings settings;
  settings.retries = 3;
  settings.acks = Acks::kLeader;
  settings.maxRecordBytes = 5;
  const auto changed = withPreset(settings, ProducerPreset::kMaxThroughput);
  EXPECT_EQ(changed.retries, 3);
  EXPECT_EQ(changed.acks, Acks::kLeader);
  EXPECT_EQ(changed.maxRecordBytes, 5);
}

}  // namespace
}  // namespace caas::kafka
