import assert from "node:assert/strict";
import { countedBetween, countsOf, sumOf } from "../../../../scripts/scale/metrics.ts";

const PAGE = `
# TYPE apiserver_request_total counter
apiserver_request_total{code="0",resource="pods",subresource="exec",verb="CONNECT"} 3
apiserver_request_total{code="201",dry_run="",resource="taskruns",subresource="",verb="POST"} 2
apiserver_request_total{code="201",dry_run="All",resource="taskruns",subresource="",verb="POST"} 9
apiserver_request_total{code="429",resource="pods",subresource="",verb="LIST"} 4
apiserver_request_total_more{code="429"} 100
apiserver_flowcontrol_dispatched_requests_total{flow_schema="exempt"} 1e+06
apiserver_flowcontrol_dispatched_requests_total{flow_schema="global-default"} 50
apiserver_flowcontrol_rejected_requests_total{flow_schema="global-default",reason="queue-full"} 1
`;

Deno.test("series are summed by name and labels", () => {
  assert.equal(sumOf(PAGE, "apiserver_request_total"), 18);
  assert.equal(sumOf(PAGE, "apiserver_request_total", { code: "429" }), 4);
  assert.equal(sumOf(PAGE, "apiserver_request"), 0);
});

Deno.test("developers' requests and all refusals count; dry runs are not writes", () => {
  const counts = countsOf(PAGE);
  assert.deepEqual(counts, {
    requests: 50,
    waitedSeconds: 0,
    execs: 3,
    logs: 0,
    runWrites: 2,
    podWrites: 0,
    tooMany: 5,
  });
  assert.deepEqual(countedBetween(counts, countsOf(PAGE.replace("} 50", "} 61"))).requests, 11);
});
