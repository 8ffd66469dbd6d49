#include <memory>
#include <optional>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/answer_file.h"
#include "clients/cli/shell/event_line.h"
#include "clients/cli/shell/file_text.h"
#include "clients/cli/shell/line_source.h"
#include "clients/cli/shell/progress_bar.h"
#include "clients/cli/shell/record_tally.h"
#include "clients/cli/shell/whole_number.h"
#include "clients/cpp/recorder.h"
#include "proto/error/error.h"
#include "proto/json/event_json.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string file;
  uint64_t from_line = 1;
  bool stop_on_error = false;
  std::string frontier_out;
  std::string answers_out;
};

// Sends the lines of a source and keeps the tally of what became of them.
class LineRecorder {
 public:
  LineRecorder(Shell& shell, client::Connection& connection, const Arguments& arguments,
               AnswerFile& answers)
      : arguments_(arguments),
        answers_(answers),
        node_(connection.node()),
        bar_(shell.terminal(), ErrorIsTerminal() && !shell.options().json, "händelser"),
        recorder_(connection, {}, [this](uint64_t, const v1::RecordResult& result) {
          const uint64_t line = tally_.Answered(result);
          answers_.Write(line, result);
          if (result.has_error()) bar_.Print(LineError(line, result.error()));
        }) {}

  // Not OK if the server could not be reached or refused the stream.
  absl::Status RecordAll(LineSource& source) {
    LineSource::Line line;
    for (;;) {
      const auto more = source.Next(line);
      // What was read before is finished: it may be recorded.
      if (!more.ok()) return EndedBy(more.status(), source.number() + 1);
      if (!*more) break;
      bar_.Update({source.done_bytes(), source.total_bytes(), tally_.answered_count()});
      if (source.number() < arguments_.from_line || Stripped(line.text).empty()) continue;
      if (auto status = RecordOne(source.number(), line); !status.ok()) {
        tally_.StoppedBefore(source.number());
        return status;
      }
      if (arguments_.stop_on_error && tally_.refused_count() > 0) {
        tally_.StoppedBefore(source.number());
        break;
      }
    }
    return recorder_.Finish();
  }

  RecordSummary Summary() const { return tally_.Summary(); }

 private:
  absl::Status EndedBy(const absl::Status& status, uint64_t next_line) {
    tally_.StoppedBefore(next_line);
    const absl::Status finished = recorder_.Finish();
    return finished.ok() ? status : finished;
  }

  absl::Status RecordOne(uint64_t number, const LineSource::Line& line) {
    const auto read = [&]() -> absl::StatusOr<v1::Submission> {
      if (auto status = json::CheckEventJsonBytes(line.bytes); !status.ok()) return status;
      return SubmissionOfLine(line.text, node_, salts_);
    };
    auto submission = read();
    if (!submission.ok()) {
      tally_.Refused(number);
      answers_.WriteRefused(number, ErrorOf(submission.status()));
      bar_.Print(LineError(number, ErrorOf(submission.status())));
      return absl::OkStatus();
    }
    tally_.Sent(number);
    auto status = recorder_.Submit(*std::move(submission));
    // Nothing may be sent after a refused line, so each answer is awaited.
    if (status.ok() && arguments_.stop_on_error) status = recorder_.Flush();
    return status;
  }

  const Arguments& arguments_;
  AnswerFile& answers_;
  const std::string node_;
  const json::SaltSource salts_ = json::SystemSalts();
  RecordTally tally_;
  ProgressBar bar_;
  client::Recorder recorder_;  // Last: its thread uses all else.
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto source = LineSource::Open(arguments.file, json::kEventJsonBytesMax);
  if (!source.ok()) return source.status();
  auto answers = AnswerFile::Open(arguments.answers_out);
  if (!answers.ok()) return answers.status();
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  RecordSummary summary;
  absl::Status status;
  {
    LineRecorder recorder(shell, **connection, arguments, **answers);
    status = recorder.RecordAll(**source);
    summary = recorder.Summary();
  }
  shell.out() << (shell.options().json ? SummaryJson(summary) : SummaryText(summary));
  if (!arguments.frontier_out.empty()) {
    const auto written = WriteFile(arguments.frontier_out, FrontierJson(summary.frontier));
    if (!written.ok()) return written;
  }
  if (!status.ok()) return status;
  if (absl::Status kept = (*answers)->Finish(); !kept.ok()) return kept;
  return summary.refused_lines.empty() ? kDone : kFailed;
}

}  // namespace

void AddRecord(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("record", "Records events, one JSON object a line (docs/events.md)");
  command->add_option("file", arguments->file, "The file, or - for standard input")->required();
  command->add_option("--from-line", arguments->from_line, "Begin at this line, from 1")
      ->check(WholeNumber(1));
  command->add_flag("--stop-on-error", arguments->stop_on_error,
                    "Send nothing after the first refused line");
  command->add_option("--frontier-out", arguments->frontier_out,
                      "Write how far each log came, for `await`");
  command->add_option("--answers-out", arguments->answers_out,
                      "Append each line's answer as it comes: JSON, one a line");
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
