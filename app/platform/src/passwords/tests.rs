use super::*;

fn cheap(queue: usize, deadline: Duration) -> Passwords {
    Passwords::start(&Options { memory_kib: 64, passes: 1, threads: 1, queue, deadline }).unwrap()
}

#[tokio::test]
async fn a_hash_is_verified_and_another_password_is_not() {
    let passwords = cheap(8, Duration::from_secs(5));
    let phc = passwords.hash(Secret::new("correct horse")).await.unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{phc}");
    let verdict = |text: &str, stored| passwords.verify(Secret::new(text), stored);
    let right = Verdict::Match { outdated: false };
    assert_eq!(verdict("correct horse", Some(phc.clone())).await.unwrap(), right);
    assert_eq!(verdict("wrong horse", Some(phc)).await.unwrap(), Verdict::Mismatch);
    assert_eq!(verdict("correct horse", None).await.unwrap(), Verdict::Mismatch);
}

#[tokio::test]
async fn a_hash_of_the_reference_implementation_is_verified() {
    let stored = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    let passwords = cheap(8, Duration::from_secs(5));
    let verdict = passwords.verify(Secret::new("password"), Some(stored.to_owned())).await.unwrap();
    assert_eq!(verdict, Verdict::Match { outdated: true });
}

#[tokio::test]
async fn a_stored_hash_that_costs_too_much_or_is_damaged_is_not_computed() {
    let passwords = cheap(8, Duration::from_secs(5));
    let good = passwords.hash(Secret::new("correct horse")).await.unwrap();
    let began = Instant::now();
    for stored in [
        good.replace("m=64", "m=99999999"),
        good.replace("t=1", "t=4000000000"),
        good.replace("argon2id", "argon2i"),
        good[..good.len() - 1].to_owned(),
        "garbage".to_owned(),
        String::new(),
    ] {
        let verdict = passwords.verify(Secret::new("correct horse"), Some(stored.clone())).await.unwrap();
        let Verdict::Unusable(unusable) = verdict else { panic!("{stored}: {verdict:?}") };
        assert!(!unusable.to_string().contains('$'), "{unusable}");
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_hash_of_other_parameters_is_verified_and_called_outdated() {
    let old = cheap(8, Duration::from_secs(5)).hash(Secret::new("correct horse")).await.unwrap();
    let options = Options { memory_kib: 128, passes: 1, threads: 1, ..Options::default() };
    let verdict = Passwords::start(&options).unwrap().verify(Secret::new("correct horse"), Some(old)).await;
    assert_eq!(verdict.unwrap(), Verdict::Match { outdated: true });
}

#[tokio::test]
async fn what_does_not_fit_the_queue_is_refused_at_once() {
    let slow =
        Options { memory_kib: 65_536, passes: 3, threads: 1, queue: 1, deadline: Duration::from_secs(60) };
    let passwords = Passwords::start(&slow).unwrap();
    let asked = (0..20).map(|_| passwords.verify(Secret::new("x"), None));
    let answers = futures::future::join_all(asked).await;
    let busy = answers.iter().filter(|answer| matches!(answer, Err(Error::Busy))).count();
    assert!((1..20).contains(&busy), "{busy} of 20 were refused");
}

#[tokio::test]
async fn a_job_that_would_wait_in_vain_is_refused() {
    let passwords = cheap(64, Duration::from_secs(1));
    assert!(passwords.expect_room().await.is_ok());
    // Three wait for a thread that recently took a fifth of a second per hash: too long in total.
    passwords.pace.add(Duration::from_millis(200));
    passwords.waiting.store(2, Ordering::Relaxed);
    assert!(passwords.expect_room().await.is_ok());
    passwords.waiting.store(3, Ordering::Relaxed);
    assert!(matches!(passwords.expect_room().await, Err(Error::Busy)));
    // They fit once it is fast again.
    (0..32).for_each(|_| passwords.pace.add(Duration::from_millis(10)));
    assert!(passwords.expect_room().await.is_ok());
}

#[tokio::test]
async fn a_flood_from_one_address_leaves_room_for_others() {
    let passwords = cheap(16, Duration::from_secs(1));
    let (one, other) = (IpAddr::from([203, 0, 113, 1]), IpAddr::from([203, 0, 113, 2]));
    let mut flood = Vec::new();
    while let Ok(place) = passwords.reserve(one).await {
        flood.push(place);
    }
    assert_eq!(flood.len(), 14);
    let _place = passwords.reserve(other).await.unwrap();
    // Where a hash takes long, fewer fit in time, and so fewer of each client.
    drop(flood);
    passwords.pace.add(Duration::from_millis(250));
    let flood = [passwords.reserve(one).await, passwords.reserve(one).await];
    assert!(flood[0].is_ok() && flood[1].is_err());
}

#[tokio::test]
async fn what_waits_too_long_is_refused() {
    let passwords = cheap(8, Duration::ZERO);
    assert!(matches!(passwords.verify(Secret::new("x"), None).await, Err(Error::Busy)));
}
