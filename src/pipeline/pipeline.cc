#include "pipeline/pipeline.h"

#include <utility>

#include "base/status_macros.h"
#include "pipeline/job.h"
#include "pipeline/update_job.h"

namespace verger {

Result<RunRecord> run(const std::string& input, const std::string& output, const Network& network,
                      const RunOptions& options, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto job, Job::open("run", input, output, options, Tables::kAll, watch));
  VERGER_RETURN_IF_ERROR(job->list());
  VERGER_RETURN_IF_ERROR(job->begin(&network.model.info()));
  VERGER_RETURN_IF_ERROR(job->extract(network, nullptr));
  VERGER_RETURN_IF_ERROR(job->fit());
  VERGER_RETURN_IF_ERROR(job->project());
  VERGER_RETURN_IF_ERROR(job->save_model());
  return job->finish();
}

Result<RunRecord> extract(const std::string& input, const std::string& output,
                          const Network& network, const RunOptions& options, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto job,
                          Job::open("extract", input, output, options, Tables::kFeatures, watch));
  VERGER_RETURN_IF_ERROR(job->list());
  VERGER_RETURN_IF_ERROR(job->begin(&network.model.info()));
  VERGER_RETURN_IF_ERROR(job->extract(network, nullptr));
  return job->finish();
}

Result<RunRecord> reduce(const std::string& input, const std::string& output,
                         const RunOptions& options, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto job,
                          Job::open("reduce", input, output, options, Tables::kReduction, watch));
  VERGER_RETURN_IF_ERROR(job->find_features());
  VERGER_RETURN_IF_ERROR(job->begin(nullptr));
  VERGER_RETURN_IF_ERROR(job->fit());
  VERGER_RETURN_IF_ERROR(job->project());
  VERGER_RETURN_IF_ERROR(job->save_model());
  return job->finish();
}

Result<RunRecord> apply(const std::string& input, const std::string& output, const Network& network,
                        const DecodedPcaModel& reduction, const RunOptions& options, Watch watch) {
  VERGER_RETURN_IF_ERROR(check_same_network(reduction, network.model.info()));
  VERGER_ASSIGN_OR_RETURN(auto job,
                          Job::open("apply", input, output, options, Tables::kAll, watch));
  VERGER_RETURN_IF_ERROR(job->list());
  VERGER_RETURN_IF_ERROR(job->begin(&network.model.info()));
  VERGER_RETURN_IF_ERROR(job->extract(network, &reduction));
  VERGER_RETURN_IF_ERROR(job->save_model(reduction));
  return job->finish();
}

Result<RunRecord> update(const std::string& input, const std::string& output,
                         const Network& network, const RunOptions& options,
                         const UpdateOptions& update_options, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto job, UpdateJob::open(input, output, options, update_options, watch));
  VERGER_RETURN_IF_ERROR(job->list());
  VERGER_RETURN_IF_ERROR(job->compare(network.model.info()));
  if (job->up_to_date()) return job->unchanged();
  VERGER_RETURN_IF_ERROR(job->begin(&network.model.info()));
  VERGER_RETURN_IF_ERROR(job->extract(network));
  VERGER_RETURN_IF_ERROR(job->fit());
  VERGER_RETURN_IF_ERROR(job->project());
  VERGER_RETURN_IF_ERROR(job->save_model());
  return job->finish();
}

}  // namespace verger
