"""Import in a fresh interpreter; that of NumPy, which it contains, beside it."""


class ImportTime:
    def timeraw_numpy(self):
        return "import numpy"

    def timeraw_stablesoftmax(self):
        return "import stablesoftmax"
