-- Quarto's callouts and tabs for plain pandoc: the same markdown, the same pages.

local titles = { note = "ℹ", tip = "✓", warning = "!", important = "!", caution = "!" }

-- A heading that opens a callout is its title; further in, headings stay out of the table of contents.
local function callout(div, kind)
  local title = div.attributes.title and pandoc.Inlines(div.attributes.title)
  local first = div.content[1]
  if first and first.t == "Header" then
    title = first.content
    div.content:remove(1)
  end
  local blocks = pandoc.Blocks({})
  if title then
    local head = pandoc.Inlines({ pandoc.Span(pandoc.Str(titles[kind]), { ["aria-hidden"] = "true" }), pandoc.Space() })
    head:extend(title)
    blocks:insert(pandoc.Div(pandoc.Para(head), { class = "callout-title" }))
  end
  local folded = div.attributes.collapse == "true"
  blocks:extend(div.content)
  if folded and title then
    blocks:remove(1)
    local summary = pandoc.write(pandoc.Pandoc({ pandoc.Plain(title) }), "html")
    blocks:insert(1, pandoc.RawBlock("html", "<details><summary>" .. summary .. "</summary>"))
    blocks:insert(pandoc.RawBlock("html", "</details>"))
  end
  return pandoc.Div(blocks, { class = "callout callout-" .. kind, role = "note" })
end

local sets = 0

-- Each heading of the highest level in a tabset opens a tab.
local function tabset(div)
  sets = sets + 1
  local level, tabs = nil, {}
  for _, block in ipairs(div.content) do
    if block.t == "Header" and (level == nil or block.level == level) then
      level = block.level
      tabs[#tabs + 1] = { title = block.content, blocks = pandoc.Blocks({}) }
    elseif #tabs > 0 then
      tabs[#tabs].blocks:insert(block)
    end
  end
  local out = pandoc.Blocks({})
  out:insert(pandoc.RawBlock("html", '<div class="bo-tabs" role="tablist">'))
  for i, tab in ipairs(tabs) do
    local id = "tabset-" .. sets .. "-" .. i
    local name = pandoc.write(pandoc.Pandoc({ pandoc.Plain(tab.title) }), "html")
    local chosen = i == 1
    out:insert(pandoc.RawBlock("html", string.format(
      '<button type="button" role="tab" id="%s-tab" aria-controls="%s" aria-selected="%s"%s>%s</button>',
      id, id, tostring(chosen), chosen and "" or ' tabindex="-1"', name)))
  end
  out:insert(pandoc.RawBlock("html", "</div>"))
  for i, tab in ipairs(tabs) do
    local id = "tabset-" .. sets .. "-" .. i
    out:insert(pandoc.RawBlock("html", string.format(
      '<div class="bo-tab" role="tabpanel" id="%s" aria-labelledby="%s-tab"%s>', id, id, i > 1 and " hidden" or "")))
    out:extend(tab.blocks)
    out:insert(pandoc.RawBlock("html", "</div>"))
  end
  return pandoc.Div(out, { class = "bo-tabset" })
end

function Div(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match("^callout%-(%a+)$")
    if kind and titles[kind] then
      return callout(div, kind)
    end
    if class == "panel-tabset" then
      return tabset(div)
    end
  end
end
