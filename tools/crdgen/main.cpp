// Prints, writes or verifies what is generated from the field table.

#include "crds/documents.hpp"
#include "crds/yaml.hpp"
#include "k8s/render/mechanisms.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

namespace fs = std::filesystem;

/// "" also when there is no such file: it differs all the same.
std::string read(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<spark::generated_file> all_files() {
  auto out = spark::generated_files();
  out.push_back({"MECHANISMS.md", spark::mechanisms_document()});
  return out;
}

int write_all(const fs::path& directory) {
  for (const auto& file : all_files()) {
    const auto path = directory / file.name;
    std::ofstream out{path, std::ios::binary | std::ios::trunc};
    out << file.text;
    out.close();
    if (!out) {
      std::cerr << "crdgen: cannot write " << path.string() << "\n";
      return 1;
    }
  }
  return 0;
}

int check_all(const fs::path& directory) {
  int status = 0;
  for (const auto& file : all_files()) {
    const auto path = directory / file.name;
    if (read(path) == file.text)
      continue;
    std::cerr << "crdgen: " << path.string()
              << " is not what the code says; run crdgen --write "
              << directory.string() << "\n";
    status = 1;
  }
  return status;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Generates the CRDs, FIELDS.md and MECHANISMS.md from the field table."};
  std::string check;
  std::string write;
  auto* crd = app.add_subcommand("crd", "print the CRD of SparkApplication");
  auto* scheduled = app.add_subcommand(
      "scheduled-crd", "print the CRD of ScheduledSparkApplication");
  auto* fields = app.add_subcommand("fields", "print FIELDS.md");
  auto* checking =
      app.add_option("--check", check, "verify the files in this directory");
  app.add_option("--write", write, "write the files into this directory")
      ->excludes(checking);
  CLI11_PARSE(app, argc, argv);
  if (*crd)
    std::cout << spark::to_yaml(spark::spark_application_crd());
  else if (*scheduled)
    std::cout << spark::to_yaml(spark::scheduled_application_crd());
  else if (*fields)
    std::cout << spark::fields_document();
  else if (!check.empty())
    return check_all(check);
  else if (!write.empty())
    return write_all(write);
  else {
    std::cerr << app.help();
    return 2;
  }
  return 0;
}
