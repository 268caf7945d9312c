#include "cli/output_command.h"

#include <utility>

namespace kenko::cli {

CLI::App* add_output_command(CLI::App& parent, Common& common, Exit& exit, const std::string& name,
                             const std::string& help, std::function<Result<std::string>()> run) {
  auto* command = parent.add_subcommand(name, help);
  command->add_option("--out", common.out, "write to this file");
  command->callback([&common, &exit, run = std::move(run)] {
    const auto out = run();
    exit = out ? deliver(common, *out) : fail(out.problems());
  });
  return command;
}

}  // namespace kenko::cli
