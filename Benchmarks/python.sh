# To be sourced at the top of the project: sees to it that "$python" has LightGBM, scikit-learn and pandas.
python=Benchmarks/.data/venv/bin/python
if ! "$python" -c 'import lightgbm, pandas, sklearn' 2>/dev/null; then
    echo "installing LightGBM, scikit-learn and pandas into Benchmarks/.data/venv" >&2
    python3 -m venv Benchmarks/.data/venv
    "$python" -m pip install --quiet --requirement Benchmarks/quality/requirements.txt
fi
