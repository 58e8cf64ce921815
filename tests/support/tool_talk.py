"""Chat templates that know tools, each in its way, and conversations with tools to put through them.

`QWEN_LIKE` writes calls and results as Qwen 2.5 does, `MARKED` begins a call with a control token as Mistral does, and
`LLAMA_LIKE` leaves out a text beside a call as Llama 3.1 does. The tiny base's own template knows no tools at all.
"""

from finewright.base.records import Message, ToolCall
from support.tiny import TEMPLATE

_OPENING = (
    "{% if tools %}{{ '<|im_start|>system\n' }}{% if messages[0].role == 'system' %}{{ messages[0].content + '\n' }}"
    "{% endif %}{{ '<tools>' }}{% for tool in tools %}{{ '\n' + tool | tojson }}{% endfor %}"
    "{{ '\n</tools><|im_end|>\n' }}"
    "{% elif messages[0].role == 'system' %}{{ '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}"
    "{% endif %}"
)
_ASKING = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
_RESULT = (
    "{% elif message.role == 'tool' %}"
    "{{ '<|im_start|>tool\n<tool_response>' + message.content + '</tool_response><|im_end|>\n' }}"
)
_PLAIN = (
    "{% elif message.role != 'system' %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
)
_CALL = (
    '{{ \'<tool_call>\n{"name": "\' + call.function.name + \'", "arguments": \' }}'
    "{{ call.function.arguments | tojson }}"
    "{{ '}\n</tool_call>' }}"
)

QWEN_LIKE = (
    _OPENING + "{% for message in messages %}{% if message.tool_calls %}{{ '<|im_start|>assistant' }}"
    "{% if message.content %}{{ '\n' + message.content }}{% endif %}"
    "{% for call in message.tool_calls %}{{ '\n' }}" + _CALL + "{% endfor %}{{ '<|im_end|>\n' }}"
    "" + _RESULT + _PLAIN + "{% endif %}{% endfor %}" + _ASKING
)
MARKED = (
    _OPENING + "{% for message in messages %}{% if message.tool_calls %}"
    "{{ '<|im_start|>assistant\n' + message.content }}"
    "{% for call in message.tool_calls %}{{ '<|endoftext|>' + call.function.name }}"
    "{{ call.function.arguments | tojson }}{% endfor %}{{ '<|im_end|>\n' }}"
    "" + _RESULT + _PLAIN + "{% endif %}{% endfor %}" + _ASKING
)
LLAMA_LIKE = (
    _OPENING + "{% for message in messages %}{% if message.tool_calls %}"
    "{% if message.tool_calls | length != 1 %}{{ raise_exception('one call at a time') }}{% endif %}"
    "{% set call = message.tool_calls[0] %}{{ '<|im_start|>assistant\n' }}" + _CALL + "{{ '<|im_end|>\n' }}"
    "" + _RESULT + _PLAIN + "{% endif %}{% endfor %}" + _ASKING
)
OTHER_END = QWEN_LIKE.replace("{% endfor %}{{ '<|im_end|>\n' }}", "{% endfor %}{{ '<|endoftext|>\n' }}")
"""Ends a call with another token than a text."""

KNOWING = {"like Qwen": QWEN_LIKE, "marked": MARKED, "like Llama": LLAMA_LIKE}
UNKNOWING = {
    "silent": TEMPLATE,
    "refusing": "{% for one in messages %}{% if one.role == 'tool' %}"
    "{{ raise_exception('no tools') }}{% endif %}{% endfor %}" + TEMPLATE,
    "half": QWEN_LIKE.replace("{% if tools %}", "{% if false %}"),
    "other end": OTHER_END,
}

TOOLS = (
    '[{"type": "function", "function": {"name": "find", "description": "Finds it.", "parameters": {"type": "object"}}}]'
)
FIND = ToolCall("find", '{"number": 4711, "by": "id"}', "call00001")
AGAIN = ToolCall("find", '{"number": 4712}', "call00002")
ASKED = (Message("system", "Be brief."), Message("user", "Was 4711 paid?", tools=TOOLS))
TALK = (
    *ASKED,
    Message("assistant", "", (FIND,)),
    Message("tool", '{"paid": true}', name="find", call_id="call00001"),
    Message("assistant", "Yes."),
    Message("user", "And 4712?"),
)
CALLING = Message("assistant", "", (AGAIN,))
