//! Actions of the worker that runs jobs. They have a list of their own because staff’s come long before them in
//! the order of all actions.

use crate::audit::actions;

actions! {
    JOB_DIED = "job.died", "gave up on a job", Other;
}
