//! The commands in the reference, parsed by a shell: pasted, they work.

use std::process::Command;

use axum::body::Body;
use frontdesk_model::Permission as P;
use http::{Request, header::ACCEPT};

use crate::support::{Answer, Desk};

both! { every_command_of_the_reference_works_when_it_is_pasted }

/// Arguments that `sh` passes to `curl`.
fn arguments(command: &str, key: usize, token: &str) -> Vec<String> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\nuuidgen() {{ echo {key}; }}\n{command}");
    let ran = Command::new("sh").args(["-eu", "-c", &script]).env("FRONTDESK_TOKEN", token).output().unwrap();
    assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
    let words = String::from_utf8(ran.stdout).unwrap();
    words.split_terminator('\0').map(ToOwned::to_owned).collect()
}

/// Sends the request that `curl` would.
async fn carry_out(desk: &Desk, arguments: &[String]) -> Answer {
    let (mut request, mut body, mut url) = (Request::builder().header(ACCEPT, "*/*"), Body::empty(), "");
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        match argument {
            "-X" => request = request.method(rest.next().unwrap()),
            "-H" => {
                let (name, value) = rest.next().unwrap().split_once(": ").unwrap();
                request = request.header(name, value);
            }
            "-d" => body = Body::from(rest.next().unwrap().to_owned()),
            other => url = other,
        }
    }
    let path = url.strip_prefix("https://desk.example").unwrap_or_else(|| panic!("{arguments:?}"));
    desk.visitor().send_bare(request.uri(path), body).await
}

async fn every_command_of_the_reference_works_when_it_is_pasted(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let reference = desk.state.reference.clone();
    let mut done = 0;
    for (number, section) in reference.sections().enumerate() {
        let command = &section.operation.curl;
        let answer = carry_out(&desk, &arguments(command, number, &program.token)).await;
        match answer.status {
            // No object has the id of the examples, and the program has no account.
            403 | 404 | 409 => {
                assert!(
                    answer.header("ratelimit-policy").is_some(),
                    "{command} meets no operation: {answer:?}"
                );
            }
            // No user has that id either.
            400 if section.operation.id == "orders.place" => {
                assert_eq!(answer.problem().details[0].code, "unknown", "{}", answer.text());
            }
            status => {
                assert_eq!(status, section.operation.answer.status, "{command}: {}", answer.text());
                done += 1;
            }
        }
    }
    assert!(done > 5, "{done}");
}
