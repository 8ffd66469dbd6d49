#include "eventstore/note/key.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "eventstore/note/base64.h"

namespace liggare::note {
namespace {

constexpr std::string_view kPeter =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kPeterPrivate =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

bool IsRefused(std::string_view vkey) {
  return absl::IsInvalidArgument(VerifierKey::Parse(vkey).status());
}

TEST(VerifierKeyTest, ParsedTextIsWrittenAgainAsItWas) {
  const auto key = VerifierKey::Parse(kPeter);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->name(), "PeterNeumann");
  EXPECT_EQ(key->type(), KeyType::kEd25519);
  EXPECT_EQ(key->key_id(), 0xc74f20a3u);
  EXPECT_EQ(key->Text(), kPeter);
}

TEST(VerifierKeyTest, EveryProperSubstringIsRefused) {
  for (size_t begin = 0; begin < kPeter.size(); ++begin) {
    for (size_t size = 0; begin + size <= kPeter.size(); ++size) {
      if (size == kPeter.size()) continue;
      EXPECT_TRUE(IsRefused(kPeter.substr(begin, size))) << kPeter.substr(begin, size);
    }
  }
}

TEST(VerifierKeyTest, EverySingleChangedBitIsRefused) {
  for (size_t i = 0; i < kPeter.size() * 8; ++i) {
    std::string changed(kPeter);
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << i % 8));
    EXPECT_TRUE(IsRefused(changed)) << changed;
  }
}

TEST(VerifierKeyTest, WhatFollowsTheKeyIsRefused) {
  for (const char* tail : {"\n", " ", "=", "A", "AAAA", "+"}) {
    EXPECT_TRUE(IsRefused(std::string(kPeter) + tail)) << tail;
  }
}

TEST(VerifierKeyTest, UpperCaseKeyIdIsRefused) {
  EXPECT_TRUE(IsRefused("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
}

TEST(VerifierKeyTest, OtherTypeOfTheSameKeyHasAnotherKeyId) {
  const VerifierKey key = VerifierKey::Parse(kPeter).value();
  const VerifierKey cosigner = key.WithType(KeyType::kCosignatureV1);
  EXPECT_NE(cosigner.key_id(), key.key_id());
  EXPECT_EQ(cosigner.public_key(), key.public_key());
  EXPECT_EQ(VerifierKey::Parse(cosigner.Text()).value(), cosigner);
  EXPECT_EQ(cosigner.WithType(KeyType::kEd25519), key);
}

TEST(SigningKeyTest, PublishedPrivateKeyHasThePublishedPublicKey) {
  const auto key = SigningKey::Parse(kPeterPrivate);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->verifier().Text(), kPeter);
  EXPECT_EQ(key->Text(), std::string(kPeterPrivate) + "\n");
}

TEST(SigningKeyTest, GeneratedKeySurvivesBeingWrittenAndRead) {
  const auto key = SigningKey::Generate("liggare.test/se/17");
  ASSERT_TRUE(key.ok()) << key.status();
  const auto read = SigningKey::Parse(key->Text());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->verifier(), key->verifier());
  EXPECT_TRUE(key->verifier().Verify("message", read->Sign("message")));
}

TEST(SigningKeyTest, GeneratedKeysDiffer) {
  std::set<std::string> keys;
  for (int i = 0; i < 10; ++i) keys.insert(SigningKey::Generate("se")->verifier().Text());
  EXPECT_EQ(keys.size(), 10u);
}

TEST(SigningKeyTest, MovedKeySignsAsBefore) {
  SigningKey first = SigningKey::Parse(kPeterPrivate).value();
  const std::string signature = first.Sign("message");
  SigningKey second = std::move(first);
  EXPECT_EQ(second.Sign("message"), signature);
  SigningKey third = SigningKey::Generate("other").value();
  third = std::move(second);
  EXPECT_EQ(third.Sign("message"), signature);
  EXPECT_EQ(third.verifier().Text(), kPeter);
}

TEST(SigningKeyTest, EveryShorterTextIsRefused) {
  for (size_t size = 0; size < kPeterPrivate.size(); ++size) {
    EXPECT_FALSE(SigningKey::Parse(kPeterPrivate.substr(0, size)).ok()) << size;
    EXPECT_FALSE(SigningKey::Parse(kPeterPrivate.substr(kPeterPrivate.size() - size)).ok());
  }
}

TEST(SigningKeyTest, KeyIdOfAnotherNameIsRefused) {
  std::string renamed(kPeterPrivate);
  renamed[renamed.find('P', 1 + renamed.rfind("KEY+"))] = 'X';
  EXPECT_TRUE(absl::IsInvalidArgument(SigningKey::Parse(renamed).status()));
}

TEST(SigningKeyTest, PrivateKeyOfTheCosigningTypeIsRefused) {
  const size_t base64 = kPeterPrivate.rfind('+', kPeterPrivate.find("AYEK")) + 1;
  std::string bytes = BytesOfBase64(kPeterPrivate.substr(base64)).value();
  bytes[0] = 0x04;
  const std::string text = std::string(kPeterPrivate.substr(0, base64)) + Base64(bytes);
  EXPECT_TRUE(absl::IsInvalidArgument(SigningKey::Parse(text).status()));
}

TEST(SigningKeyTest, PublicKeyIsNotAPrivateKey) { EXPECT_FALSE(SigningKey::Parse(kPeter).ok()); }

TEST(SigningKeyTest, OtherLinesAfterThePrivateKeyAreRefused) {
  EXPECT_FALSE(SigningKey::Parse(std::string(kPeterPrivate) + "\n\n").ok());
  EXPECT_FALSE(SigningKey::Parse(std::string(kPeterPrivate) + "\nmore").ok());
}

TEST(SigningKeyTest, NamesWithForbiddenCharactersAreRefused) {
  for (const char* name : {"", "two words", "a+b", "tab\t", "line\n", "\x01", "\xff",
                           "no-break\u00a0space", "ideographic\u3000space", "\u2028"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(SigningKey::Generate(name).status())) << name;
  }
}

TEST(SigningKeyTest, PathsAndLettersOfAllLanguagesAreNames) {
  for (const char* name : {"liggare.test/se/01/stockholm", "länsstyrelsen", "日本", "a"}) {
    EXPECT_TRUE(SigningKey::Generate(name).ok()) << name;
  }
}

TEST(SignatureTest, ChangedMessageOrSignatureDoesNotVerify) {
  const SigningKey key = SigningKey::Generate("se").value();
  const std::string signature = key.Sign("message");
  EXPECT_TRUE(key.verifier().Verify("message", signature));
  EXPECT_FALSE(key.verifier().Verify("Message", signature));
  EXPECT_FALSE(key.verifier().Verify("message", signature.substr(1)));
  EXPECT_FALSE(key.verifier().Verify("message", signature + "x"));
  EXPECT_FALSE(key.verifier().Verify("message", ""));
  EXPECT_FALSE(SigningKey::Generate("se")->verifier().Verify("message", signature));
  for (size_t i = 0; i < signature.size() * 8; ++i) {
    std::string changed = signature;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << i % 8));
    EXPECT_FALSE(key.verifier().Verify("message", changed)) << "bit " << i;
  }
}

TEST(Base64Test, EveryTextHasOneForm) {
  EXPECT_EQ(BytesOfBase64("aGVq"), "hej");
  EXPECT_EQ(BytesOfBase64("aGU="), "he");
  EXPECT_EQ(BytesOfBase64("aA=="), "h");
  EXPECT_EQ(BytesOfBase64(""), "");
  // The last ones have non-zero bits left over, or characters of base64url.
  for (const char* text : {"aGU", "aA=", "aA", "aGVq=", "aGVq\n", " aGVq", "aG Vq", "a", "aGV=",
                           "aB==", "aGVqaGV=", "-_-_", "aGVq====", "=", "====", "aA==aGVq"}) {
    EXPECT_FALSE(BytesOfBase64(text)) << text;
  }
}

TEST(Base64Test, EveryChangedByteGivesOtherBytesOrNone) {
  const std::string text = Base64("sixteen bytes...");
  for (size_t i = 0; i < text.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[i] = static_cast<char>(byte);
      if (changed == text) continue;
      EXPECT_NE(BytesOfBase64(changed), "sixteen bytes...") << "byte " << i << " as " << byte;
      EXPECT_TRUE(byte < 0x80 || !BytesOfBase64(changed)) << "byte " << i << " as " << byte;
    }
  }
}

TEST(Base64Test, BytesOfEveryLengthComeBack) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(BytesOfBase64(Base64(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

}  // namespace
}  // namespace liggare::note
