"""What an empty page of a record type says: what belongs there, and how to begin."""

EMPTY = {
    "mediation_case": "还没有矛盾纠纷。有人申请调解或主动介入时，按“新增”登记第一件。",
    "patrol_log": "还没有巡逻日志。巡逻回来后，按“新增”照着纸质记录填写。",
    "service_visit": "还没有来访走访。有人来反映事情或入户走访后，按“新增”登记。",
    "screening": "还没有排查记录。排查回来后，按“新增”登记；没有发现纠纷，填 0 就是零报告。",
    "resident": "还没有居民。先登记常来办事的人，以后各处都能直接选用。",
    "committee": "还没有调委会名册。按“新增”登记本村（社区）的调委会和调解员，以后立案可以直接选人。",
    "handover": "还没有移交。要把纠纷移交派出所、调委会、法院等单位，按“新增”写移交函；别的单位移来的，上报收取后自动列在这里。",
}
