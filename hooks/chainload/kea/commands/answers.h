// SPDX-License-Identifier: MPL-2.0
// What each command answers. The table in table.cc says what each is called and takes; a new command is a
// function here, a row there, and its description in api/.
#pragma once

#include <cc/data.h>

#include "kea/library.h"

namespace chainload::kea {

/// `arguments` is a map, maybe empty, with known keys of the right types only. Each returns a whole answer,
/// or throws: then the answer is result 1 with the exception's text.
using CommandAnswer = isc::data::ConstElementPtr (*)(Library& library,
                                                     const isc::data::ConstElementPtr& arguments);

isc::data::ConstElementPtr status_answer(Library& library, const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr machine_get_answer(Library& library, const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr machine_get_page_answer(Library& library,
                                                   const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr loop_get_page_answer(Library& library,
                                                const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr loop_release_answer(Library& library, const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr override_set_answer(Library& library, const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr override_del_answer(Library& library, const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr override_get_page_answer(Library& library,
                                                    const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr explain_answer(Library& library, const isc::data::ConstElementPtr& arguments);

isc::data::ConstElementPtr rule_stats_get_page_answer(Library& library,
                                                      const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr rules_get_page_answer(Library& library,
                                                 const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr rules_set_answer(Library& library, const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr rules_patch_answer(Library& library, const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr rules_reload_answer(Library& library, const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr rules_rollback_answer(Library& library,
                                                 const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr rules_check_answer(Library& library, const isc::data::ConstElementPtr& arguments);

}  // namespace chainload::kea
