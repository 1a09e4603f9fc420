"""What azure-functions-durable 1.x and its host do, fact by fact, and which test proves that we do it as well."""

from __future__ import annotations

from typing import NamedTuple

NOT_IMITATED = "not imitated: "


class Fact(NamedTuple):
    """One fact.

    :ivar text: what is so.
    :ivar proof: a test as ``module::function``, below this folder unless it begins with ``plugin/``; or why it is not
        imitated.
    """

    text: str
    proof: str


OUTPUT = "test_orchestrations::test_output"
PROTOCOL = "test_json_protocol::"
SURPRISE = "test_what_surprises::"

FACTS = (
    # How the host drives an orchestrator
    Fact("each episode calls the function with the whole history, and it answers with all actions since the start", PROTOCOL + "test_an_episode"),
    Fact("orchestrators, entities and clients of both models are called through their functions", "plugin/test_durable::test_in_every_way_to_write_an_app"),
    Fact("the keys of an episode's context", PROTOCOL + "test_the_keys_of_the_context"),
    Fact("both schema numbers are sent, so the library takes the newest layout of actions", PROTOCOL + "test_the_keys_of_the_context"),
    Fact("a history begins with OrchestratorStarted and ExecutionStarted", PROTOCOL + "test_an_episode"),
    Fact("events carry what the library reads without a default, such as Version and Result", PROTOCOL + "test_events_carry_what_the_library_reads"),
    Fact("the numbers of the kinds of events", PROTOCOL + "test_the_numbers_of_events"),
    Fact("that what was asked for agrees with the history is checked by the host, not by the library", "test_replay::test_other_code"),
    Fact("what belongs to each kind of event", PROTOCOL + "test_events_carry_what_the_library_reads"),
    Fact("current_utc_datetime is the moment of the latest OrchestratorStarted", OUTPUT),
    Fact("is_replaying is true for what was played before", OUTPUT),
    # The answer
    Fact("an answer has isDone, actions, and what is not empty of output, error and customStatus", PROTOCOL + "test_an_answer"),
    Fact("the numbers of the kinds of actions", PROTOCOL + "test_an_answer"),
    Fact("what belongs to each kind of action", PROTOCOL + "test_an_answer"),
    Fact("compounds are flattened, those around retries and long timers too", PROTOCOL + "test_an_answer"),
    Fact("only what is yielded is scheduled", SURPRISE + "test_a_task_that_is_never_yielded_is_never_scheduled"),
    Fact("a failure is raised with the state behind a label, the library's own errors without", SURPRISE + "test_an_error_of_the_library_itself"),
    Fact("the output of a failed instance names the orchestrator and the error", "test_orchestrations::test_failure"),
    # Numbers of tasks
    Fact("all but waits for events take a number each", "test_random_orchestrations::test_random"),
    Fact("new actions are numbered in the order of the flattened list", "test_random_orchestrations::test_random"),
    Fact("the numbers of retries are taken before the orchestrator goes on", OUTPUT),
    Fact("a retried call that fails for good waits for one more timer, which is due at once", OUTPUT),
    Fact("nothing ends while activities, children or timers are open", SURPRISE + "test_the_end_waits_for_what_is_open"),
    Fact("while it is held open, each event asks the orchestrator once more", SURPRISE + "test_the_end_waits_for_what_is_open"),
    Fact("terminating waits for nothing, and leaves children alone", "test_instances::test_terminated"),
    Fact("the host fails an orchestration whose actions differ from its history", "test_waiting_for_ever::test_a_branch_by_chance"),
    # Payloads
    Fact("inputs are JSON text, which an activity gets as it is", OUTPUT),
    Fact("an input that is no text and no object makes get_input fail", "test_management_api::test_a_list_as_input_fails_in_the_library"),
    Fact("results are JSON text, null is None", OUTPUT),
    Fact("an activity's input is decoded where it is JSON", OUTPUT),
    Fact("objects with to_json travel, but not as output of an orchestrator", SURPRISE + "test_an_object_as_output_fails_although_an_activity_may_return_one"),
    Fact("a client encodes the input twice and the host undoes one layer", "test_client::test_the_input_arrives"),
    Fact("a client's event arrives as JSON text, one of a plain request as the value", "test_client::test_events_arrive_as_json_text"),
    Fact("a falsy input of a client's signal is lost", SURPRISE + "test_a_falsy_input_of_a_clients_signal_is_none"),
    # What orchestrators see
    Fact("failures of tasks are plain Exceptions with the host's text", OUTPUT),
    Fact("the failure of a child has the child's own failure as its text", OUTPUT),
    Fact("task_all fails with the first child, whose siblings go on; of nothing it gives None", SURPRISE + "test_the_siblings_of_a_failed_task_run_all_the_same"),
    Fact("task_any gives the task", OUTPUT),
    Fact("a second compound over the same tasks takes them from the first, which never ends", "test_waiting_for_ever::test_stuck"),
    Fact("of two waits for one event the last is served first", SURPRISE + "test_two_waits_for_one_event_are_served_last_first"),
    Fact("of early events the last of each name is kept, and serves every wait", "test_instances::test_only_the_last_early_event_is_kept_and_goes_to_every_wait"),
    Fact("deadlines need a time zone, and long timers come in hops of three days", SURPRISE + "test_a_long_timer_comes_in_hops_of_three_days"),
    Fact("a long timer that is cancelled holds the instance until its hop is over", SURPRISE + "test_a_long_timer_that_is_cancelled_holds_the_instance_for_its_hop"),
    Fact("a falsy custom status is none, and one of more than 16 KB fails the instance", SURPRISE + "test_a_custom_status_of_16_kilobytes"),
    Fact("continue_as_new drops waiting events and what follows it", SURPRISE + "test_continue_as_new_drops_what_has_come_and_what_follows"),
    Fact("no yield is fine; async def, what is no task, and a task as output are not; a bare yield hangs", "test_orchestrations::test_async_orchestrator"),
    Fact("new_uuid is the same in every episode", OUTPUT),
    Fact("a missing activity or sub-orchestrator hangs; here it is told", "test_waiting_for_ever::test_missing"),
    Fact("a function passed as an object is called by its Python name", SURPRISE + "test_a_renamed_function_passed_as_an_object"),
    Fact("functions are called by their registered names, without case", SURPRISE + "test_a_call_by_the_function_object_ignores_its_registered_name"),
    Fact("call_http gives status, headers and content", "test_management_api::test_call_http"),
    Fact("the host polls after a 202 by itself", NOT_IMITATED + "the library takes the 202 as the result, and the numbers of tasks part"),
    Fact("a child's id is made of its parent's execution and its number", SURPRISE + "test_the_id_of_a_child"),
    Fact("a child may not have the id of its caller", SURPRISE + "test_a_child_with_an_id_that_is_taken"),
    # Entities
    Fact("calls of entities are answered by their GUID, with result or exception", OUTPUT),
    Fact("an entity is told its name in lower case, its key and its batch", SURPRISE + "test_what_makes_an_entity_exist"),
    Fact("an entity answers with its state and one result for each operation", "test_entities::test_state"),
    Fact("a state or a result makes an entity exist, a look at an initial state does not", SURPRISE + "test_what_makes_an_entity_exist"),
    Fact("an operation that sets no result gives that of the one before it in its batch", "test_entities::test_the_size_of_a_batch_shows"),
    Fact("what a failing operation has changed before stays changed", "test_entities::test_an_operation_that_fails"),
    Fact("there are no locks of entities", NOT_IMITATED + "the library has none"),
    # Clients
    Fact("a client is told the addresses of the task hub", "test_client::test_a_starter_and_the_addresses_that_it_returns"),
    Fact("ids and reasons are not quoted in what a client requests", SURPRISE + "test_of_a_client"),
    Fact("a client's requests are answered here, and nothing of the library stays changed", "test_client::test_nothing_of_the_library_stays_changed"),
    Fact("no HTTP session of the library is opened", "plugin/test_durable::test_a_starter_that_is_awaited"),
    Fact("ids that the host refuses, and those that are taken", "test_management_api::test_refused"),
    Fact("older hosts answer 500 to an id that is taken and accept nothing unknown", NOT_IMITATED + "the newer answer is given, but an unknown orchestrator is refused at once"),
    Fact("status is 202 while it runs, 200 after, 404 for nobody", "test_management_api::test_the_addresses_can_be_called"),
    Fact("show_input=False changes nothing, and the history is in historyEvents", SURPRISE + "test_of_a_client"),
    Fact("the view of a history leaves out what only the engine needs", "test_management_api::test_status_with_history"),
    Fact("which changes are refused in which state", "test_client::test_refused"),
    Fact("older hosts answer 410 to a rewind of what has not failed", NOT_IMITATED + "the newer 412 is given"),
    Fact("a reason is read as JSON; a suspended instance lets its events wait", "test_instances::test_suspended_events_wait_and_timers_too"),
    Fact("purging one, and many, and nothing", "test_client::test_purged"),
    Fact("restart gives the whole payload, not the id", SURPRISE + "test_of_a_client"),
    Fact("rewinding lets failed tasks and children run again under their numbers", "test_instances::test_a_failed_child_is_rewound_with_its_parent"),
    Fact("the state of an entity that has none reads as an empty text", SURPRISE + "test_of_a_client"),
    Fact("waiting for completion polls on the host's clock", "test_client::test_waiting_for_completion"),
    Fact("a starter that is no coroutine function fails when it is called", SURPRISE + "test_a_starter_that_is_no_coroutine_fails_when_it_is_called"),
    # In one process
    Fact("warnings of the library that no app can help are no errors", "plugin/test_durable::test_warnings_of_the_library_are_no_errors"),
    Fact("the library warns of apps with function.json when it is imported", NOT_IMITATED + "it is said in Azure too; a filter of warnings ignores it"),
    Fact("activities may be async although a loop runs", "plugin/test_durable::test_a_starter_that_is_awaited"),
    Fact("activities are invoked as any function, with bindings and a context", SURPRISE + "test_an_activity_has_outputs_and_a_context"),
    Fact("annotations of clients are rewritten by the library", NOT_IMITATED + "it matters from Python 3.14 on"),
    Fact("version 2 of the library speaks protobuf and gRPC", NOT_IMITATED + "it is refused by name"),
    Fact("durabletask has a backend in memory, whose timers sleep", NOT_IMITATED + "ours sleeps nowhere"),
    Fact("the engine knows nothing of JSON, what reads and writes it nothing of scheduling", "test_facts::test_the_engine_knows_nothing_of_json"),
    Fact("what is not deterministic is found, histories are viewed, listed and replayed", "test_waiting_for_ever::test_not_deterministic"),
)  # fmt: skip
