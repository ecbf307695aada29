# SPDX-License-Identifier: Apache-2.0
"""The shape of what is sent with forms."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.site import words

CODE = RegexValidator(r"^[\w.:@+-]{1,100}$")
MAPPING_BYTES_MAX = 200_000


class SendForm(forms.Form):
    """A file of records: of which kind, from whom, under which number; or to be checked only."""

    kind = forms.ChoiceField()
    reporter = forms.CharField(max_length=100, validators=[CODE])
    batch = forms.CharField(max_length=100, validators=[CODE], required=False)
    file = forms.FileField(allow_empty_file=False)
    mapping = forms.FileField(required=False)
    is_trial = forms.BooleanField(required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - as Django's own
        kinds: Mapping[str, RecordKind],
        reporter: str | None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """Offer these kinds; a person bound to a reporter sends as that one."""
        super().__init__(*args, **kwargs)
        choices = [(kind.name, words.label(kind)) for kind in kinds.values()]
        self.fields["kind"] = forms.ChoiceField(choices=choices)
        if reporter:
            self.fields["reporter"].disabled = True
            self.fields["reporter"].initial = reporter

    def clean_mapping(self) -> Any:  # noqa: ANN401 - an uploaded file or nothing
        """Refuse a mapping that is no small text."""
        mapping = self.cleaned_data["mapping"]
        if mapping and mapping.size > MAPPING_BYTES_MAX:
            raise forms.ValidationError("too large", code="mapping_too_large")
        return mapping
