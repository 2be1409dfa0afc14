// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <anechain/support/output_file.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

using namespace anechain;
namespace fs = std::filesystem;

namespace {

/// An empty folder that goes with its scope.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "anechain_test.XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const fs::path& path() const { return path_; }
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(path_)) all.insert(entry.path().filename().string());
    return all;
  }

 private:
  fs::path path_;
};

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

void put(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

auto writes(const std::string& text) {
  return [text](std::ostream& to) { to << text; };
}

std::error_code code_of(const std::string& path) {
  try {
    OutputFile{path};
  } catch (const std::system_error& error) {
    CHECK(std::string{error.what()}.starts_with("cannot write " + path));
    return error.code();
  }
  return {};
}

}  // namespace

TEST_CASE("an output file holds what was written, or what was there before") {
  const Folder folder;
  const std::string path = folder / "result.json";
  put(path, "old");
  {
    OutputFile file{path, 100'000};
    CHECK(content(path) == "old");
  }
  CHECK(content(path) == "old");
  CHECK(folder.names() == std::set<std::string>{"result.json"});  // nothing is left beside it
  OutputFile file{path, 100'000};
  const std::string large(300'000, 'x');
  file.commit(writes(large));
  CHECK(content(path) == large);
  CHECK(folder.names() == std::set<std::string>{"result.json"});
  OutputFile{path, 100'000}.commit(writes("short"));
  CHECK(content(path) == "short");
}

TEST_CASE("an output file that cannot be written is refused at once, by its name") {
  const Folder folder;
  CHECK(code_of("") == std::errc::no_such_file_or_directory);
  CHECK(code_of("/nowhere/result") == std::errc::no_such_file_or_directory);
  CHECK(code_of(folder.path().string()) == std::errc::is_a_directory);
  put(folder / "file", "");
  CHECK(code_of(folder / "file/below") == std::errc::not_a_directory);
  CHECK(code_of(folder / std::string(300, 'n')) == std::errc::filename_too_long);
  fs::create_symlink(folder / "loop", folder / "loop");
  CHECK(code_of(folder / "loop") == std::errc::too_many_symbolic_link_levels);
  if (geteuid() != 0) {
    put(folder / "mine", "");
    chmod((folder / "mine").c_str(), 0400);
    CHECK(code_of(folder / "mine") == std::errc::permission_denied);
  }
}

TEST_CASE("an exception of who writes leaves the old file") {
  const Folder folder;
  put(folder / "result", "old");
  OutputFile file{folder / "result"};
  CHECK_THROWS_AS(file.commit([](std::ostream& to) {
    to << "half";
    throw std::logic_error("stop");
  }),
                  std::logic_error);
  CHECK(content(folder / "result") == "old");
}

TEST_CASE("a link remains a link, and the file that it leads to is written") {
  const Folder folder;
  fs::create_directory(folder / "deep");
  put(folder / "deep/target", "old");
  fs::create_symlink("deep/target", folder / "link");
  OutputFile{folder / "link"}.commit(writes("new"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(content(folder / "deep/target") == "new");
  fs::create_symlink("deep/none", folder / "dangling");
  OutputFile{folder / "dangling"}.commit(writes("there"));
  CHECK(fs::is_symlink(folder / "dangling"));
  CHECK(content(folder / "deep/none") == "there");
}

TEST_CASE("nobody's file beside it is written, whatever it is called") {
  const Folder folder;
  put(folder / "victim", "precious");
  fs::create_symlink(folder / "victim", folder / "result.partial");
  put(folder / "result.tmp", "precious");
  OutputFile file{folder / "result", 1000};
  file.commit(writes("new"));
  CHECK(content(folder / "victim") == "precious");
  CHECK(content(folder / "result.tmp") == "precious");
  CHECK(content(folder / "result") == "new");
}

TEST_CASE("a file keeps its permissions; a new one has those that the user's mask leaves") {
  const Folder folder;
  const mode_t mask = umask(027);
  put(folder / "old", "");
  chmod((folder / "old").c_str(), 0604);
  OutputFile{folder / "old"}.commit(writes("x"));
  OutputFile{folder / "new"}.commit(writes("x"));
  umask(mask);
  struct stat of{};
  REQUIRE(stat((folder / "old").c_str(), &of) == 0);
  CHECK((of.st_mode & 0777) == 0604);
  REQUIRE(stat((folder / "new").c_str(), &of) == 0);
  CHECK((of.st_mode & 0777) == 0640);
}

TEST_CASE("two who write one file: it holds what the last one wrote") {
  const Folder folder;
  OutputFile first{folder / "result", 1000};
  OutputFile second{folder / "result", 1000};
  first.commit(writes("first"));
  CHECK(content(folder / "result") == "first");
  second.commit(writes("second"));
  CHECK(content(folder / "result") == "second");
  CHECK(folder.names() == std::set<std::string>{"result"});
}

TEST_CASE("if the folder no longer exists, the content is in another place, which is told") {
  const Folder folder;
  const Folder refuge;
  const fs::path before = fs::current_path();
  fs::create_directory(folder / "gone");
  std::optional<OutputFile> file;
  file.emplace(folder / "gone/result.json", 1000);
  fs::remove_all(folder / "gone");
  fs::current_path(refuge.path());
  try {
    file->commit(writes("all of it"));
    FAIL("the folder is gone");
  } catch (const WrittenElsewhere& error) {
    CHECK(error.code() == std::errc::no_such_file_or_directory);
    CHECK(std::string{error.what()}.find("cannot write " + (folder / "gone/result.json") + ": ") == 0);
    CHECK(std::string{error.what()}.ends_with(", so it is written to " + error.path()));
    CHECK(fs::equivalent(fs::path(error.path()).parent_path(), refuge.path()));
    CHECK(fs::path(error.path()).extension() == ".json");
    CHECK(content(error.path()) == "all of it");
  }
  fs::current_path(before);

  // The same if it was moved, with what was to become the file.
  fs::create_directory(folder / "moves");
  OutputFile moved{folder / "moves/result", 10};
  fs::rename(folder / "moves", folder / "moved");
  fs::current_path(refuge.path());
  CHECK_THROWS_AS(moved.commit(writes("all of it")), WrittenElsewhere);
  fs::current_path(before);
}

TEST_CASE("devices and pipes are written as they are") {
  if (!fs::exists("/dev/full")) return;
  OutputFile null{"/dev/null", 1000};
  null.commit(writes("x"));
  CHECK(fs::is_character_file("/dev/null"));
  OutputFile full{"/dev/full", 1000};
  try {
    full.commit(writes("x"));
    FAIL("it is full");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::no_space_on_device);
  }
}
