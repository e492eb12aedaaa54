-- The row that a readiness check writes, to find out that writing works.
INSERT INTO turns (name) VALUES ('readiness');
