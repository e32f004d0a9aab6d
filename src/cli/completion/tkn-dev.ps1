# PowerShell completion for tkn-dev, and for `tkn dev` if it is loaded after the completion of tkn:
#
#     tkn-dev completion powershell | Out-String | Invoke-Expression

# Offers what a program answers for these words.
function __TknDevAsk([string]$Program, [string[]]$First, [string[]]$Words) {
    # Before PowerShell 7.3, an empty word reaches a program only as two quotes.
    $passing = Get-Variable -Name PSNativeCommandArgumentPassing -ValueOnly -ErrorAction SilentlyContinue
    if (-not $passing -or $passing -eq 'Legacy') {
        $Words = @($Words | ForEach-Object { if ($_ -eq '') { '""' } else { $_ } })
    }
    $answer = @(& $Program @First __complete @Words 2>$null)
    if ($answer.Count -lt 2) { return }
    foreach ($line in $answer[0..($answer.Count - 2)]) {
        $word, $text = $line -split "`t", 2
        if (-not $text) { $text = $word }
        $quoted = $word
        if ($word -notmatch '^[\w/.:=+%-]+$') { $quoted = "'" + $word.Replace("'", "''") + "'" }
        [System.Management.Automation.CompletionResult]::new($quoted, $word, 'ParameterValue', $text)
    }
}

# The typed words up to the cursor, without quotes; the last one is completed.
function __TknDevWords($CommandAst, [int]$Cursor) {
    $before = @($CommandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $Cursor })
    foreach ($element in $before) {
        $length = [Math]::Min($Cursor - $element.Extent.StartOffset, $element.Extent.Text.Length)
        $text = $element.Extent.Text.Substring(0, $length)
        if ($text -match "^'") { $text.Trim("'").Replace("''", "'") } else { $text.Trim('"') }
    }
    if ($before.Count -gt 0 -and $before[-1].Extent.EndOffset -lt $Cursor) { '' }
}

Register-ArgumentCompleter -Native -CommandName 'tkn-dev' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @(__TknDevWords $commandAst $cursorPosition)
    __TknDevAsk $words[0] @() @($words | Select-Object -Skip 1)
}

# The completion of tkn keeps its script block in this variable.
$__TknDevBefore = Get-Variable -Name '__tknCompleterBlock' -ValueOnly -ErrorAction SilentlyContinue

Register-ArgumentCompleter -Native -CommandName 'tkn' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @(__TknDevWords $commandAst $cursorPosition)
    if ($words.Count -gt 2 -and $words[1] -eq 'dev') {
        $rest = @($words | Select-Object -Skip 2)
        if (Get-Command tkn-dev -CommandType Application -ErrorAction SilentlyContinue) {
            __TknDevAsk 'tkn-dev' @() $rest
        } else {
            __TknDevAsk 'tkn' @('dev') $rest
        }
        return
    }
    if ($words.Count -eq 2 -and 'dev'.StartsWith($wordToComplete)) {
        [System.Management.Automation.CompletionResult]::new('dev', 'dev', 'Command', 'Run on local code')
    }
    if ($__TknDevBefore) { & $__TknDevBefore $wordToComplete $commandAst $cursorPosition }
}
