// SPDX-License-Identifier: Apache-2.0
#include "flags.h"

#include <functional>
#include <string>

#include "image/decode_memory.h"

namespace verger::cli {

namespace {

// An option whose value is a name that `parse` knows.
template <class T, class Parse>
Option add_named(Command& command, const std::string& flag, T& field, Parse parse,
                 const std::string& help) {
  const auto assign = [&field, parse](const std::string& name) {
    if (auto parsed = parse(name); parsed.ok()) field = *parsed;
  };
  return command.option_function(flag, assign, help);
}

}  // namespace

void add_input_output(Command& command, CommonArguments& arguments) {
  command.option("INPUT", arguments.input, "Folder of photographs, one sub-folder a class")
      .required();
  command.option("OUTPUT", arguments.output, "Folder for the tables; created when absent")
      .required();
}

void add_reads_flag(Command& command, StorageOptions& options) {
  command
      .option("--reads-in-flight", options.reads_in_flight,
              "Images read at once (default: 64 from S3, 4 from a disk)")
      .group("Storage");
}

void add_file_flags(Command& command, InputOptions& options) {
  command
      .option("--pattern", options.pattern,
              "Take files whose name matches this glob (default: jpg, jpeg, png in any case)")
      .group("Input");
  command
      .flag("--recursive,!--no-recursive", options.recursive, "Descend into sub-folders (default)")
      .group("Input");
  command
      .option("--exclude", options.exclude,
              "Leave out files and folders of this name, a glob; with a '/', of this path below "
              "INPUT. May be given several times")
      .type_name("GLOB")
      .group("Input");
}

void add_input_flags(Command& command, InputOptions& options) {
  add_file_flags(command, options);
  command
      .option("--label-column", options.label_column,
              "Of packed inputs: the column of a table, or the ending of a tar's members, with "
              "the labels (default: label, cls, else the folder)")
      .group("Input");
  command
      .option("--image-column", options.image_column,
              "Of packed inputs: the column of a table with the images (default: content, "
              "image.bytes, bytes, image, else the only one of bytes)")
      .group("Input");
}

void add_image_flags(Command& command, RunOptions& options) {
  command.option("--max-pixels", options.image.max_pixels, "Reject images of more pixels than this")
      .show_default()
      .group("Input");
  command
      .flag("--exif-orientation", options.image.exif_orientation,
            "Turn images upright as their EXIF tag says (Keras ignores it)")
      .group("Input");
  command
      .flag("--fast-decode", options.image.fast_decode,
            "Inexact: decode JPEGs of 896 pixels or more a side at a fraction of their size")
      .group("Input");
  command.flag("--strict", options.strict, "Fail at the first image that must be rejected")
      .group("Input");
}

void add_weights_flags(Command& command, ModelOptions& options) {
  command
      .option("--weights", options.weights,
              "Keras' MobileNetV2 weights (HDF5), or untrained:SEED for a demonstration "
              "(default: $VERGER_WEIGHTS, Keras' cache, download)")
      .group("Network");
  add_named(command, "--precision", options.precision, parse_precision,
            "Arithmetic of the network: f32 (default), or where the processor has them f32x3 "
            "(nearly f32) and bf16")
      .type_name("f32|f32x3|bf16")
      .one_of({"f32", "f32x3", "bf16"})
      .group("Network");
}

void add_model_flags(Command& command, ModelOptions& options) {
  add_weights_flags(command, options);
  command
      .option("--model", options.model,
              "An ONNX model from image to vector, in place of MobileNetV2")
      .type_name("FILE.onnx")
      .group("Network");
}

void add_pca_flags(Command& command, PcaOptions& options) {
  auto variance =
      command.option("--variance", options.variance, "Keep this share of the variance, in (0, 1]");
  variance.show_default().group("Reduction");
  command
      .option("--components", options.components,
              "Keep this many components, whatever their variance")
      .positive()
      .excludes(variance)
      .group("Reduction");
  command
      .flag("--standardize,!--no-standardize", options.standardize,
            "Divide each feature by its deviation (default)")
      .group("Reduction");
}

void add_refit_flag(Command& command, UpdateOptions& options) {
  add_named(command, "--refit", options.refit, parse_refit,
            "Fit the model anew: auto (default): when rows of features came, went or changed; "
            "always; never: new rows are projected by the model that is there")
      .type_name("auto|always|never")
      .one_of({"auto", "always", "never"})
      .group("Reduction");
}

void add_layout_flag(Command& command, OutputOptions& options) {
  add_named(command, "--layout", options.layout, parse_layout,
            "tables (default): features/, pca/, rejected/, model/; notebook: the parts in OUTPUT "
            "and pca_results/, with Spark ML vectors")
      .type_name("tables|notebook")
      .one_of({"tables", "notebook"})
      .group("Output");
}

void add_replacement_flags(Command& command, OutputOptions& options) {
  command.flag("--overwrite", options.overwrite, "Replace the tables that OUTPUT holds")
      .group("Output");
  add_layout_flag(command, options);
}

void add_output_flags(Command& command, OutputOptions& options) {
  add_replacement_flags(command, options);
  command
      .flag("--resume", options.resume,
            "Go on with an interrupted run in OUTPUT: finished shards are kept")
      .group("Output");
  command.option("--parts", options.parts, "Part files a table (more past 4,096 rows each)")
      .show_default()
      .group("Output");
}

void add_storage_flags(Command& command, StorageOptions& options) {
  command
      .option("--s3-endpoint", options.s3_endpoint,
              "Server of s3:// places (default: $AWS_ENDPOINT_URL, AWS)")
      .type_name("URL")
      .group("Storage");
  command
      .option("--s3-region", options.s3_region,
              "Region of the buckets (default: $AWS_REGION, the profile's, the bucket's)")
      .group("Storage");
  command
      .option("--s3-addressing", options.s3_addressing,
              "path or virtual host (default: virtual at AWS, path elsewhere)")
      .type_name("path|virtual")
      .one_of({"path", "virtual"})
      .group("Storage");
  command.flag("--s3-anonymous", options.s3_anonymous, "Read public buckets without credentials")
      .group("Storage");
  command
      .flag("--s3-requester-pays", options.s3_requester_pays,
            "Pay for requests to buckets whose readers pay")
      .group("Storage");
  command
      .option(
          "--listers", options.listers,
          "Pages of S3, or folders of a disk, listed at once (default: 16 from S3, 4 from a disk)")
      .group("Storage");
  command
      .option("--retries", options.retries,
              "Retries of a request that failed by the network or a busy server")
      .show_default()
      .group("Storage");
}

void add_run_flags(Command& command, CommonArguments& arguments) {
  command
      .option("--threads", arguments.options.threads,
              "Images worked on at once (default: one a core)")
      .group("Run");
  add_storage_flags(command, arguments.options.storage);
  add_log_flag(command, arguments.log_format);
}

void add_decode_memory_flag(Command& command, int64_t& bytes) {
  command
      .option("--max-decode-memory", bytes,
              "Bytes that large images may take at once, over all threads; the others wait "
              "(default: half of the memory)")
      .not_negative()
      .group("Run");
}

Status apply_decode_memory(int64_t bytes) {
  if (bytes < 0) return Status::invalid_argument("--max-decode-memory must not be negative.");
  if (bytes > 0) set_decode_memory(static_cast<std::size_t>(bytes));
  return {};
}

void add_crew_flag(Command& command, bool& elsewhere) {
  command
      .option_function(
          "--crew", [&elsewhere](const std::string& name) { elsewhere = name == "stdio"; },
          "Who does the shards: threads of this process (default), or stdio: workers elsewhere, to "
          "which another program carries orders (docs/crew.md)")
      .type_name("threads|stdio")
      .one_of({"threads", "stdio"})
      .group("Run");
}

void add_metrics_flag(Command& command, RunOptions& options) {
  command
      .option("--metrics", options.metrics,
              "Prometheus metrics: a file, rewritten every 5 s, or :PORT to serve on 127.0.0.1")
      .type_name("FILE|:PORT")
      .group("Run");
}

void add_extraction_flags(Command& command, CommonArguments& arguments) {
  add_run_flags(command, arguments);
  add_decode_memory_flag(command, arguments.max_decode_memory);
  add_crew_flag(command, arguments.crew);
  add_metrics_flag(command, arguments.options);
  add_reads_flag(command, arguments.options.storage);
}

void add_log_flag(Command& command, LogFormat& log_format) {
  add_named(command, "--log-format", log_format, parse_log_format,
            "text (default), or json: one object a line on standard error")
      .type_name("text|json")
      .one_of({"text", "json"})
      .group("Run");
}

void add_pack_flags(Command& command, PackOptions& options, OutputOptions& output) {
  add_named(command, "--format", options.format, parse_pack_format,
            "parquet (default): tables as Spark's binaryFile gives them; tar: as WebDataset reads")
      .type_name("parquet|tar")
      .one_of({"parquet", "tar"})
      .group("Output");
  command
      .option("--pack-bytes", options.pack_bytes,
              "Bytes of the images of one container, about (default: 256 MiB)")
      .group("Output");
  command.flag("--overwrite", output.overwrite, "Replace the containers that OUTPUT holds")
      .group("Output");
  command
      .flag("--resume", output.resume,
            "Go on with an interrupted pack: containers of the same images are kept")
      .group("Output");
}

}  // namespace verger::cli
