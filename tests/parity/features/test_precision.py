"""How near bf16 comes to f32 on photographs; a processor that cannot do it is told so."""

import numpy as np
from parity.features.sides import ask_verger, open_as_the_notebook, run_verger

PHOTOGRAPHS = 100


def cosines(a, b):
    products = np.einsum("ij,ij->i", a, b, dtype="f8")
    return products / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def test_bf16_stays_near_f32_on_photographs_or_is_refused(photographs, real_weights, note):
    arguments = ("--weights", real_weights, "--precision", "bf16")
    refused = run_verger(*arguments, "--info")
    if refused.returncode == 2:
        assert b"bfloat16 instructions" in refused.stderr
        return
    every = sorted(photographs.rglob("*.jpg"))[::39][:PHOTOGRAPHS]
    tensors = np.stack([open_as_the_notebook(path) for path in every])
    exact = ask_verger(tensors, "--weights", real_weights)
    smallest = cosines(ask_verger(tensors, *arguments), exact).min()
    assert smallest > 0.9
    note(
        stage="features",
        what="bf16, 1 - smallest cosine to f32",
        reference="verger in f32",
        cases=len(every),
        difference=float(1 - smallest),
        bound="1e-01",
    )
